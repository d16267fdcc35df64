import { decodeHTML } from 'entities';

/** A short piece of HTML as text on one line. */
export function decodeHtmlText(html: string): string {
  return decodeHTML(html.replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .trim();
}
