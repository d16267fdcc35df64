/**
 * What is made when it is first used, and then kept. Packages that read one format are loaded so: a scan looks at the first
 * bytes of every file with all formats, and most scans meet none that needs more than that.
 */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
