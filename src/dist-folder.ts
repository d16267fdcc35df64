/** The folder of the build's output, as a URL that ends in `/`, whether this runs from `src/` or from `dist/src/`. */
export const distFolder: URL = import.meta.url.includes('/dist/src/')
  ? new URL('../', import.meta.url)
  : new URL('../dist/', import.meta.url);
