import { characterWidth } from '../../src/report/display-width.ts';

export interface VirtualScreen {
  readonly write: (text: string) => void;
  readonly resize: (columns: number, rows: number) => void;
  /** The lines as they are to be seen, without spaces at their ends. */
  readonly lines: () => readonly string[];
  /** The same with the looks of each piece, as SGR sequences that begin with a reset. */
  readonly styled: () => readonly string[];
  /** Modes that were set and not taken back: `?1049` is the alternate screen. */
  readonly modes: () => readonly string[];
  /** What the clipboard was given. */
  readonly clipboard: () => string;
}

/** What the codes that end a look end (ECMA-48 8.3.117). */
const endings: Readonly<Record<string, RegExp>> = {
  '22': /^[12]$/,
  '24': /^4$/,
  '27': /^7$/,
  '39': /^(?:3|9)\d$/,
  '49': /^(?:4|10)\d$/,
};

/** As much of a terminal as Ink uses: text, moves, erasing, modes. What it does not know fails the test. */
export function virtualScreen(columns: number, rows: number): VirtualScreen {
  let size = { columns, rows };
  let cells = blank();
  let row = 0;
  let column = 0;
  let rest = '';
  let clipboard = '';
  /** What SGR set, each code that takes another back left out. */
  let looks: readonly string[] = [];
  const looksOf = new WeakMap<string[], string[]>();
  const modes = new Set<string>();

  function blank(): string[][] {
    return Array.from({ length: size.rows }, () => []);
  }

  function lineFeed(): void {
    if (row < size.rows - 1) row++;
    else {
      cells.shift();
      cells.push([]);
    }
  }

  function put(character: string): void {
    const width = characterWidth(character);
    if (width === 0) return;
    if (column + width > size.columns) {
      column = 0;
      lineFeed();
    }
    const line = cells[row]!;
    while (line.length < column) line.push(' ');
    line[column] = character;
    const own = looksOf.get(line) ?? [];
    own[column] = looks.join(';');
    looksOf.set(line, own);
    if (width === 2) line[column + 1] = '';
    column += width;
  }

  function look(code: string): void {
    const ended = endings[code];
    looks = code === '0' ? [] : ended ? looks.filter((one) => !ended.test(one)) : [...looks, code];
  }

  function control(parameters: string, final: string): void {
    const [first = 0, second = 0] = parameters.split(';').map(Number);
    switch (final) {
      case 'A':
        row = Math.max(0, row - (first || 1));
        return;
      case 'B':
        row = Math.min(size.rows - 1, row + (first || 1));
        return;
      case 'C':
        column = Math.min(size.columns - 1, column + (first || 1));
        return;
      case 'D':
        column = Math.max(0, column - (first || 1));
        return;
      case 'E':
        row = Math.min(size.rows - 1, row + (first || 1));
        column = 0;
        return;
      case 'F':
        row = Math.max(0, row - (first || 1));
        column = 0;
        return;
      case 'G':
        column = (first || 1) - 1;
        return;
      case 'H':
        row = (first || 1) - 1;
        column = (second || 1) - 1;
        return;
      case 'J':
        if (first === 2 || first === 3) cells = blank();
        else cells = cells.map((line, at) => (at < row ? line : at === row ? line.slice(0, column) : []));
        return;
      case 'K':
        cells[row] =
          first === 2
            ? []
            : first === 0
              ? cells[row]!.slice(0, column)
              : cells[row]!.map((one, at) => (at <= column ? ' ' : one));
        return;
      case 'h':
        modes.add(parameters);
        if (parameters === '?1049') cells = blank();
        return;
      case 'l':
        modes.delete(parameters);
        return;
      case 'm':
        for (const code of (parameters || '0').split(';')) look(code);
        return;
      default:
        throw new Error(`the terminal was sent CSI ${JSON.stringify(parameters + final)}`);
    }
  }

  return {
    write(text) {
      rest += text;
      while (rest !== '') {
        if (rest[0] === '\x1b') {
          const copied = /^\x1b\]52;c;([0-9A-Za-z+/=]*)\x07/.exec(rest);
          if (copied) {
            clipboard = Buffer.from(copied[1]!, 'base64').toString();
            rest = rest.slice(copied[0].length);
            continue;
          }
          if (/^\x1b\][^\x07]*$/.test(rest)) return;
          const sequence = /^\x1b\[([0-9;?]*)([A-Za-z])/.exec(rest);
          if (!sequence) {
            if (/^\x1b(?:\[[0-9;?]*)?$/.test(rest)) return;
            throw new Error(`the terminal was sent ${JSON.stringify(rest.slice(0, 12))}`);
          }
          control(sequence[1]!, sequence[2]!);
          rest = rest.slice(sequence[0].length);
          continue;
        }
        const [character = ''] = rest;
        rest = rest.slice(character.length);
        if (character === '\n') lineFeed();
        else if (character === '\r') column = 0;
        else put(character);
      }
    },
    resize(width, height) {
      size = { columns: width, rows: height };
      cells = Array.from({ length: height }, (_, at) => cells[at]?.slice(0, width) ?? []);
      row = Math.min(row, height - 1);
      column = Math.min(column, width - 1);
    },
    lines: () =>
      cells.map((line) =>
        Array.from(line, (one) => one ?? ' ')
          .join('')
          .trimEnd(),
      ),
    styled: () =>
      cells.map((line) => {
        const own = looksOf.get(line) ?? [];
        return Array.from(line, (one, at) => {
          const now = (one ?? ' ') === ' ' && own[at] === undefined ? '' : (own[at] ?? '');
          const before = at === 0 ? undefined : (own[at - 1] ?? '');
          return `${now === before ? '' : `\x1b[0m${now === '' ? '' : `\x1b[${now}m`}`}${one ?? ' '}`;
        }).join('');
      }),
    modes: () => [...modes],
    clipboard: () => clipboard,
  };
}
