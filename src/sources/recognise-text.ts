import { chatFormats } from './chat/chat-formats.ts';
import { ciLogFormats } from './ci-logs/formats.ts';
import { plainLog } from './ci-logs/plain.ts';
import type { TextFormat } from './document.ts';
import { keystore } from './documents/keystore.ts';
import { recogniseText as recogniseDocument } from './documents/recognise.ts';

const formats: readonly TextFormat[] = [...ciLogFormats, ...chatFormats];
/** Less sure than this is a guess; program text has a time or an escape sequence in it, too. */
const leastSure = 0.25;

/** The format that is surest of a document, by its head. */
export function recogniseText(head: Uint8Array, path: string): TextFormat | undefined {
  if (keystore.recognise(head, path) > 0) return keystore;
  return recogniseDocument(head, path) ?? surestOf(formats, head, path, leastSure);
}

/** The CI log that a document is most like, where it was said to be one; text that no runner marked is a plain one. */
export function recogniseCiLog(head: Uint8Array, path: string): TextFormat {
  return surestOf(ciLogFormats, head, path, Number.MIN_VALUE) ?? plainLog;
}

/** The chat export or mail that a document is most like, where it was said to be one. */
export function recogniseChat(head: Uint8Array, path: string): TextFormat | undefined {
  return surestOf(chatFormats, head, path, Number.MIN_VALUE);
}

function surestOf(of: readonly TextFormat[], head: Uint8Array, path: string, leastSure: number): TextFormat | undefined {
  let surest: TextFormat | undefined;
  let least = leastSure;
  for (const format of of) {
    const sure = format.recognise(head, path);
    if (sure < least || (surest && sure === least)) continue;
    surest = format;
    least = sure;
  }
  return surest;
}
