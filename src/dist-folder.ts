/** The folder of the build's output, as a URL that ends in `/`, whether this runs from `src/`, `dist/src/` or `dist/bundle/`. */
export const distFolder: URL = new URL(import.meta.url.endsWith('.ts') ? '../dist/' : '../', import.meta.url);
