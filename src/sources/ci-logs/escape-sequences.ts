const escapeCode = 0x1b;
const bell = 0x07;
const newline = 0x0a;
/** Strings of a terminal (links, titles, a runner's notes) are not longer; one that seems so was cut. */
const mostString = 8192;

/** What stands at an escape character, by ECMA-48: where it ends, and what a terminal makes of it. */
export interface Sequence {
  end: number;
  /** `style` leaves no trace; `move` puts what follows elsewhere; `string` holds text that is not shown, from `inner` to `innerEnd`. */
  kind: 'style' | 'move' | 'string';
  inner: number;
  innerEnd: number;
}

/** Reads the sequence at `at` into `into`. One that is cut off by the line's end is nothing but its first bytes. */
export function readSequence(bytes: Buffer, at: number, end: number, into: Sequence): Sequence {
  into.kind = 'style';
  into.end = Math.min(at + 1, end);
  const first = at + 1 < end ? bytes[at + 1] : 0;
  if (first === 0x5b) return readControl(bytes, at + 2, end, into);
  // OSC, APC, DCS, PM and SOS hold strings.
  if (first === 0x5d || first === 0x5f || first === 0x50 || first === 0x5e || first === 0x58) {
    return readString(bytes, at + 2, end, into);
  }
  let next = at + 1;
  while (next < end && bytes[next] >= 0x20 && bytes[next] <= 0x2f) next++;
  if (next < end && bytes[next] >= 0x30 && bytes[next] <= 0x7e) into.end = next + 1;
  return into;
}

function readControl(bytes: Buffer, from: number, end: number, into: Sequence): Sequence {
  let at = from;
  // Parameters, then intermediates, then one final byte.
  while (at < end && bytes[at] >= 0x30 && bytes[at] <= 0x3f) at++;
  const parametersEnd = at;
  while (at < end && bytes[at] >= 0x20 && bytes[at] <= 0x2f) at++;
  if (at >= end || bytes[at] < 0x40 || bytes[at] > 0x7e) {
    into.end = parametersEnd;
    return into;
  }
  const final = bytes[at];
  into.end = at + 1;
  // Jenkins hides a note behind the style "concealed": https://github.com/jenkinsci/jenkins, hudson.console.ConsoleNote.
  if (final === 0x6d && at - from === 1 && bytes[from] === 0x38 && bytes.toString('latin1', at + 1, at + 4) === 'ha:') {
    // A note is base64: the next escape ends it, or it is none.
    let noteEnd = at + 1;
    while (noteEnd < end && bytes[noteEnd] !== escapeCode) noteEnd++;
    if (noteEnd + 4 <= end && bytes.toString('latin1', noteEnd + 1, noteEnd + 4) === '[0m') {
      into.kind = 'string';
      into.inner = into.innerEnd = noteEnd;
      into.end = noteEnd + 4;
    }
    return into;
  }
  // A to H (up, down, forth, back, to a column, to a place), `, a, d, e, f: the cursor goes elsewhere.
  if ((final >= 0x41 && final <= 0x48) || final === 0x60 || final === 0x61 || (final >= 0x64 && final <= 0x66))
    into.kind = 'move';
  return into;
}

function readString(bytes: Buffer, from: number, end: number, into: Sequence): Sequence {
  const limit = Math.min(end, from + mostString);
  for (let at = from; at < limit; at++) {
    const byte = bytes[at];
    if (byte === newline) break;
    if (byte !== bell && byte !== escapeCode) continue;
    if (byte === escapeCode && !(at + 1 < end && bytes[at + 1] === 0x5c)) break;
    into.kind = 'string';
    into.inner = from;
    into.innerEnd = at;
    into.end = byte === bell ? at + 1 : at + 2;
    return into;
  }
  into.end = from;
  return into;
}
