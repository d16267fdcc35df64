import { entities } from '../lazy-packages.ts';

/** A short piece of HTML as text on one line. */
export function decodeHtmlText(html: string): string {
  return entities()
    .decodeHTML(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}
