/** Calls `act` with what came last, at once and then no more often than every `ms`; the last of them is never left out. */
export function atMostEvery<T extends readonly unknown[]>(ms: number, act: (...args: T) => void): (...args: T) => void {
  let next: T | undefined;
  let isResting = false;
  const rest = () => {
    isResting = true;
    setTimeout(() => {
      isResting = false;
      if (next === undefined) return;
      const args = next;
      next = undefined;
      rest();
      act(...args);
    }, ms).unref();
  };
  return (...args) => {
    if (isResting) {
      next = args;
      return;
    }
    rest();
    act(...args);
  };
}
