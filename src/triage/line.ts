import { characterWidth, displayWidth } from '../report/display-width.ts';
import { neutralise } from '../report/neutralise.ts';
import type { Paint, Style } from '../report/paint.ts';

export type Color = 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';

/** A piece of a line that looks the same. Its text is neutralised. */
export interface Span {
  readonly text: string;
  readonly color?: Color;
  readonly bold?: boolean;
  readonly dim?: boolean;
  readonly inverse?: boolean;
}

/** A line of the terminal, no wider than it. */
export type Line = readonly Span[];

/** One line of text that others may have written. */
export function line(text: string, look: Omit<Span, 'text'> = {}): Line {
  return [{ text: neutralise(text), ...look }];
}

/** Text of exactly so many columns: cut with an ellipsis, or filled up with spaces. */
export function fitted(text: string, columns: number): string {
  const cut = neutralise(text, columns);
  return `${cut}${' '.repeat(Math.max(0, columns - displayWidth(cut)))}`;
}

/** Cuts a line that is too wide, and ends it with an ellipsis. */
export function cutLine(spans: Line, columns: number): Line {
  const cut: Span[] = [];
  let left = columns;
  for (const span of spans) {
    const width = displayWidth(span.text);
    if (width <= left) {
      cut.push(span);
      left -= width;
      continue;
    }
    if (left > 0) cut.push({ ...span, text: neutralise(span.text, left) });
    break;
  }
  return cut;
}

/** Breaks a line at spaces where it is too wide; what follows is indented as deep as its first word, or deeper. */
export function wrapped(text: string, columns: number): readonly string[] {
  if (displayWidth(text) <= columns) return [text];
  const [indent = ''] = /^ */.exec(text) ?? [];
  const deeper = ' '.repeat(Math.min(indent.length + 2, Math.floor(columns / 2)));
  const lines: string[] = [];
  let rest = text;
  while (displayWidth(rest) > columns) {
    const end = lastFit(rest, columns);
    const space = rest.lastIndexOf(' ', end);
    const at = space > deeper.length ? space : end;
    lines.push(rest.slice(0, at).trimEnd());
    rest = `${deeper}${rest.slice(at).trimStart()}`;
  }
  return [...lines, rest];
}

/** How many UTF-16 units fit into so many columns; at least one character. */
function lastFit(text: string, columns: number): number {
  let width = 0;
  let end = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > columns && end > 0) break;
    end += character.length;
  }
  return end;
}

/**
 * A line as it is written: one string, since every piece that Ink lays out on its own costs a key its quickness. Neutralised once
 * more: a ledger that others write to, or that was imported, may say anything where an id or a time belongs.
 */
export function paintedLine(spans: Line, paint: Paint): string {
  return spans
    .map(({ text, color, bold, dim, inverse }) => {
      const styles: readonly (Style | false | undefined)[] = [color, bold && 'bold', dim && 'dim', inverse && 'inverse'];
      return paint(neutralise(text), ...styles.filter((style) => style !== undefined && style !== false));
    })
    .join('');
}
