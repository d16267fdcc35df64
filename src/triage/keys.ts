/** What was typed: one key, or a run of characters that came at once, which is text and never keys. */
export type Input = { readonly kind: 'key'; readonly key: string } | { readonly kind: 'text'; readonly text: string };

/** Inputs, and what is held back until the rest of it comes. */
export interface Decoded {
  readonly inputs: readonly Input[];
  readonly rest: string;
}

const pasteStart = '\x1b[200~';
const pasteEnd = '\x1b[201~';

// The sequences of xterm and of the VT220 (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html, "PC-Style Function Keys").
const sequences: Readonly<Record<string, string>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  H: 'home',
  F: 'end',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageup',
  '6~': 'pagedown',
  '7~': 'home',
  '8~': 'end',
};
const controls: Readonly<Record<string, string>> = {
  '\r': 'enter',
  '\n': 'enter',
  '\t': 'tab',
  '\b': 'backspace',
  '\x7f': 'backspace',
};

/**
 * Reads what a terminal in raw mode sent. Several characters in one piece were pasted, as is what stands between the marks of
 * bracketed paste; only `j` and `k`, which a held key repeats, stay keys.
 */
export function decodeInput(chunk: string): Decoded {
  const inputs: Input[] = [];
  let at = 0;
  while (at < chunk.length) {
    if (chunk.startsWith(pasteStart, at)) {
      const end = chunk.indexOf(pasteEnd, at);
      if (end === -1) return { inputs, rest: chunk.slice(at) };
      inputs.push({ kind: 'text', text: chunk.slice(at + pasteStart.length, end) });
      at = end + pasteEnd.length;
      continue;
    }
    if (chunk[at] === '\x1b') {
      const sequence = /^\x1b(?:\[([0-9;?]*[@-~])|O([@-~]))/.exec(chunk.slice(at, at + 32));
      if (sequence) {
        const key = sequences[(sequence[1] ?? sequence[2] ?? '').replace(/^1;\d+(?=[A-H]$)/, '')];
        if (key !== undefined) inputs.push({ kind: 'key', key });
        at += sequence[0].length;
        continue;
      }
      // The beginning of a sequence, whose end is still under way.
      if (/^\x1b(?:\[[0-9;?]*|O)$/.test(chunk.slice(at))) return { inputs, rest: chunk.slice(at) };
      inputs.push({ kind: 'key', key: 'escape' });
      at++;
      continue;
    }
    const end = chunk.indexOf('\x1b', at);
    inputs.push(...plainInputs(chunk.slice(at, end === -1 ? undefined : end)));
    at = end === -1 ? chunk.length : end;
  }
  return { inputs, rest: '' };
}

function plainInputs(run: string): readonly Input[] {
  const characters = [...run];
  if (characters.length === 1 || /^(?:j+|k+|[\x7f\b]+)$/.test(run))
    return characters.map((character) => ({ kind: 'key', key: keyOf(character) }));
  // A pasted run may hold a Ctrl-C, which must stop us whatever stands around it.
  return run.includes('\x03') ? [{ kind: 'key', key: 'ctrl-c' }] : [{ kind: 'text', text: run }];
}

function keyOf(character: string): string {
  const named = controls[character];
  if (named !== undefined) return named;
  return character < ' ' ? `ctrl-${String.fromCharCode(character.charCodeAt(0) + 96)}` : character;
}
