import type { CiLogOrigin } from '../../model/origin.ts';
import type { View } from '../../model/view.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';
import type { LineFormat, LineState, LogPlace } from './line-format.ts';
import { asidesOf } from './log-asides.ts';
import { type LogSlice, logSlices } from './log-slices.ts';
import { readSlice } from './log-view.ts';
import { toldPlace } from './told-place.ts';

/** A log's first lines tell its kind: no more than this is looked at. */
const tellingBytes = 8192;

/** A text format of what a runner writes line by line. */
export function lineLog(format: LineFormat): TextFormat {
  return {
    name: format.name,
    recognise: (head) => format.recognise(tellingText(head)),
    async *views(document, context) {
      const reader = await readerOf(format, document, context);
      for await (const slice of logSlices(document)) {
        context.signal.throwIfAborted();
        yield* reader(slice);
      }
    },
  };
}

let last: { readonly head: Uint8Array; readonly text: string } | undefined;

/** The beginning of a head as text, one character a byte. Every format asks for it. */
export function tellingText(head: Uint8Array): string {
  if (last?.head !== head)
    last = { head, text: Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, tellingBytes)).toString('latin1') };
  return last.text;
}

/** Reads slices in order: what a person sees in each, what a terminal hides, and what is read another way. */
export async function readerOf(
  format: LineFormat,
  document: Document,
  context: FormatContext,
): Promise<(slice: LogSlice) => Generator<View>> {
  const { path, member } = document;
  const head = Buffer.from(await document.head());
  const begun = format.begin({ path, ...(member !== undefined && { member }) }, head);
  const place = (await format.placeBeside?.(begun.place, context)) ?? begun.place;
  let state: LineState = { place, joins: false, own: begun.own };
  const originOf = (known: LogPlace): CiLogOrigin => ({
    kind: 'ci-log',
    system: format.name,
    path,
    ...(member !== undefined && { member }),
    ...toldPlace(known),
  });
  return function* read(slice) {
    const said = readSlice(slice, format, state, originOf);
    state = said.state;
    yield said.shown;
    if (said.hidden) yield said.hidden;
    const asides = asidesOf(said);
    if (asides) yield asides;
  };
}
