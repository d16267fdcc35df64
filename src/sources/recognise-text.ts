import { chatFormats } from './chat/chat-formats.ts';
import { ciLogFormats } from './ci-logs/formats.ts';
import type { TextFormat } from './document.ts';

const formats: readonly TextFormat[] = [...ciLogFormats, ...chatFormats];
/** Less sure than this is a guess; program text has a time or an escape sequence in it, too. */
const leastSure = 0.25;

/** The format that is surest of a document, by its head. */
export function recogniseText(head: Uint8Array, path: string): TextFormat | undefined {
  let surest: TextFormat | undefined;
  let least = leastSure;
  for (const format of formats) {
    const sure = format.recognise(head, path);
    if (sure < least || (surest && sure === least)) continue;
    surest = format;
    least = sure;
  }
  return surest;
}
