import { redact, type Secret } from './secret.ts';

/** Takes secrets out of a text that others wrote. */
export type Conceal = (text: string) => string;

const leastConcealed = 16;

/**
 * A secret can also stand in the name of the file it was found in, in an author's name or in what a provider answered. Values
 * of sixteen characters and more are looked for there; a shorter one may be a common word, and hiding it would spoil paths.
 */
export function concealing(secrets: Iterable<Secret>): Conceal {
  // By their first characters: a scan may have found thousands of values, and shows thousands of names.
  const byStart = new Map<string, string[]>();
  for (const secret of secrets) {
    if (secret.length < leastConcealed) continue;
    const value = secret.reveal();
    const start = value.slice(0, leastConcealed);
    const others = byStart.get(start);
    if (!others) byStart.set(start, [value]);
    else if (!others.includes(value)) others.push(value);
  }
  return (text) => {
    let rest = text;
    for (let at = 0; at + leastConcealed <= rest.length; at++) {
      const values = byStart.get(rest.slice(at, at + leastConcealed));
      for (const value of values ?? []) if (rest.startsWith(value, at)) rest = rest.replaceAll(value, () => redact(value));
    }
    return rest;
  };
}

/** A copy of plain data with every string in it changed. */
export function mapStrings<T extends object>(value: T, change: (text: string) => string): T {
  const changed = (item: unknown): unknown => {
    if (typeof item === 'string') return change(item);
    if (Array.isArray(item)) return item.map(changed);
    return typeof item === 'object' && item !== null ? mapStrings(item, change) : item;
  };
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, changed(item)])) as T;
}
