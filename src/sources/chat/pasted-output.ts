import { asidesOf } from '../ci-logs/log-asides.ts';
import type { TextFormat } from '../document.ts';

/**
 * The same format, with what a program printed and somebody pasted into a message, or a bot posted: wrapped lines, letters with
 * blanks between them, keys with something in front of each line. It is told from the text as it is in a log.
 */
export function withPastedOutput(format: TextFormat): TextFormat {
  return {
    name: format.name,
    recognise: (head, path) => format.recognise(head, path),
    async *views(document, context) {
      for await (const view of format.views(document, context)) {
        yield view;
        if ('reason' in view) continue;
        const asides = asidesOf({ shown: view, ...lineEndsOf(view.bytes) });
        if (asides) yield asides;
      }
    },
  };
}

function lineEndsOf(bytes: Uint8Array): { readonly lineEnds: Uint32Array; readonly lineCount: number } {
  let lineEnds = new Uint32Array(Math.max(64, bytes.length >> 5));
  let lineCount = 0;
  const add = (end: number) => {
    if (lineCount === lineEnds.length) {
      const grown = new Uint32Array(2 * lineCount);
      grown.set(lineEnds);
      lineEnds = grown;
    }
    lineEnds[lineCount++] = end;
  };
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) add(at);
  add(bytes.length);
  return { lineEnds, lineCount };
}
