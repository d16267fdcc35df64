import { neutralise } from './neutralise.ts';

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text as it may stand in an element or a quoted attribute of XML or HTML, with the characters XML forbids made visible. */
export function escapeMarkup(text: string): string {
  return neutralise(text).replace(/[&<>"']/g, (character) => entities[character]!);
}
