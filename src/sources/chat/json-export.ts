import type { Gap } from '../../model/gap.ts';
import type { ChatOrigin } from '../../model/origin.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import type { Document, FormatContext } from '../document.ts';
import { createJsonPaths, type JsonPaths } from './json-paths.ts';
import { createJsonTokens } from './json-tokens.ts';
import { createMessageWriter, type MessageWriterOptions } from './message-writer.ts';
import { type Field, fieldAt, type JsonShape, type Slot, type Told } from './shape.ts';
import { readSlices } from './slices.ts';
import { createTextWriter, readJsonValue } from './text-writer.ts';
import { originOf } from './told.ts';

// A message longer than this is looked through as it stands.
const maxMessageBytes = 8_000_000;
// What a secret may reach over: repeated in the next view where a text had to be cut.
const overlapBytes = 16_384;

const scannedAsText = 'What is there was scanned as plain text, without its author and time; export it again to know them.';

/** The messages of an export in JSON, about a megabyte of it a view, whatever its size. */
export async function* readJsonExport(
  shape: JsonShape,
  document: Document,
  context: FormatContext,
  attached?: MessageWriterOptions['attached'],
): AsyncGenerator<View | Gap> {
  const tell = await shape.open(document, context, await document.head());
  const here: ChatOrigin = {
    kind: 'chat',
    system: shape.system,
    path: document.path,
    ...(document.member !== undefined && { member: document.member }),
  };
  const { paths, fields, isMessage, isSkipped, slots } = placesOf(shape);
  const header: Told = {};
  const ofChats = Object.entries(shape.header ?? {}).flatMap(([path, slot]) => (path.includes('[]') ? [slot] : []));
  let sawMessage = false;

  const reader = readSlices(document, context.signal);
  let bytes: Buffer = Buffer.alloc(0);
  let view: ViewBuilder | undefined;
  const text = createTextWriter();
  const base = originOf(here, tell({}, {}));

  const tokens = createJsonTokens({
    paths,
    isMessage: (place) => isMessage[place],
    isSkipped: (place) => isSkipped[place],
    outside(place, start, end, kind) {
      const slot = slots[place];
      if (sawMessage) {
        // What was said of one chat does not hold for the next.
        sawMessage = false;
        for (const each of ofChats) delete header[each];
      }
      if (slot) {
        header[slot] = readJsonValue(bytes, start, end, kind);
        return;
      }
      if (!view || kind === 2 || end - start < 8) return;
      view.separate();
      view.piece(originOf(here, tell(header, header)));
      text.begin();
      text.write(view, bytes, start, end, 'text');
    },
  });
  const writer = createMessageWriter({
    text,
    fields,
    origin: (told, root, parent) => originOf(here, tell(told, root, parent)),
    header,
    ...(attached && { attached }),
  });

  // The bytes between two messages: what to look for where one was damaged.
  let between: Buffer | undefined;
  let lost = false;
  let lookFrom = 0;
  let isDamaged = false;
  let done = false;
  try {
    while (!done) {
      const { slice, isLast } = await reader.next();
      bytes = slice.bytes;
      view = buildView(slice);
      let at = 0;
      let lastEnd = -1;
      lookFrom = 0;
      if (slice.start === 0 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) at = 3;
      for (;;) {
        if (lost) {
          const found = findMessage(bytes, Math.max(at, lookFrom) + 1, between);
          const until = found < 0 ? bytes.length : found;
          view.separate();
          view.piece(base);
          text.begin();
          text.write(view, bytes, at, until, 'text');
          if (found < 0) {
            at = isLast ? bytes.length : Math.max(at, cutBefore(bytes, bytes.length - overlapBytes));
            done = isLast;
            break;
          }
          at = found;
          lost = false;
          tokens.resume();
        }
        const outcome = tokens.read(bytes, at, bytes.length, isLast);
        if (outcome === 'message') {
          const { numbers } = tokens.tape;
          const start = numbers[1];
          if (lastEnd >= 0 && start - lastEnd < 64 && !between) between = Buffer.from(bytes.subarray(lastEnd - 1, start + 1));
          sawMessage = true;
          writer.write(tokens.tape, view, bytes);
          at = tokens.at;
          lastEnd = at;
          continue;
        }
        if (outcome === 'end') {
          at = bytes.length;
          done = true;
          break;
        }
        const stuck = outcome === 'more' && bytes.length - tokens.at > maxMessageBytes;
        if (outcome === 'more' && !stuck) {
          at = tokens.at;
          break;
        }
        lookFrom = tokens.at;
        if (tokens.messageStart >= 0) at = tokens.messageStart;
        lost = true;
        if (isDamaged) continue;
        isDamaged = true;
        const place = slice.start + Math.max(at, tokens.at);
        yield stuck
          ? {
              origin: base,
              reason: 'too-large',
              detail: `The message at byte ${place} has no end in ${maxMessageBytes} bytes. ${scannedAsText}`,
            }
          : {
              origin: base,
              reason: 'corrupt',
              detail: `The export is damaged at byte ${place}, or ends early. ${scannedAsText}`,
            };
      }
      if (view.length > 0) yield view.build();
      view = undefined;
      reader.used(at);
    }
  } finally {
    await reader.close();
  }
}

interface Places {
  readonly paths: JsonPaths;
  readonly fields: Field[];
  readonly isMessage: boolean[];
  readonly isSkipped: boolean[];
  /** What is said outside of messages. */
  readonly slots: (Slot | undefined)[];
}

// An export is thousands of files of one shape: what is where in it is worked out once.
const known = new WeakMap<JsonShape, Places>();
// A file with more than this was no export, and what it brought is let go.
const maxKnown = 2000;

function placesOf(shape: JsonShape): Places {
  const before = known.get(shape);
  if (before && before.paths.count <= maxKnown) return before;
  const messages = new Set(shape.messages);
  const fields: Field[] = [];
  const isMessage: boolean[] = [];
  const isSkipped: boolean[] = [];
  const slots: (Slot | undefined)[] = [];
  const paths = createJsonPaths((place, path) => {
    isMessage[place] = messages.has(path);
    const within = shape.messages.find((start) => start === '' || path.startsWith(`${start}.`));
    const way = (within ? path.slice(within.length + 1) : path).replaceAll('[]', '');
    fields[place] = fieldAt(shape, way);
    isSkipped[place] = within !== undefined && fields[place].role === 'skip';
    slots[place] = shape.header?.[path];
  });
  const places = { paths, fields, isMessage, isSkipped, slots };
  known.set(shape, places);
  return places;
}

/** Where a line begins at or before `at`, or `at` itself where that is far. */
function cutBefore(bytes: Buffer, at: number): number {
  if (at <= 0) return 0;
  const line = bytes.lastIndexOf(0x0a, at) + 1;
  return at - line < overlapBytes ? line : at;
}

/** Where the next message may begin. */
function findMessage(bytes: Buffer, from: number, between: Buffer | undefined): number {
  if (between) {
    const found = bytes.indexOf(between, from);
    if (found >= 0) return found + between.length - 1;
    return -1;
  }
  for (let at = bytes.indexOf(0x7b, from); at >= 0; at = bytes.indexOf(0x7b, at + 1)) {
    let before = at - 1;
    while (before >= 0 && (bytes[before] <= 0x20 || bytes[before] === 0x2c)) before--;
    if (bytes[before] === 0x7d) return at;
  }
  return -1;
}
