import { characterWidth } from './display-width.ts';

// Everything that can steer a terminal, reorder text or hide in it: control characters (C0, C1), format characters (bidi
// overrides and isolates, zero-width characters, tags), line and paragraph separators, lone surrogates, fillers and
// variation selectors that take no space, and the two noncharacters that XML forbids.
const hostile = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\ufffe\uffff]/gu;
const plain = /^[\x20-\x7e]*$/;
// More marks than any script stacks on one letter paint over the lines around it.
const stackedMarks = /(\p{M}{4})\p{M}+/gu;
const named: Readonly<Record<string, string>> = { '\t': ' ', '\n': '\\n', '\r': '\\r' };

/**
 * Makes text that others wrote safe to print on one line: whatever could move the cursor, colour, reorder or hide text
 * becomes a visible escape such as `\x1b` or `\u{202e}`; a tab becomes a space. With `maxWidth`, at most so many columns.
 */
export function neutralise(text: string, maxWidth?: number): string {
  // A line of 100 MB is cut before anything looks at it; four units a column leaves room for letters with marks.
  const near = maxWidth !== undefined && text.length > maxWidth * 4 ? `${text.slice(0, maxWidth * 4)}…` : text;
  const safe = plain.test(near) ? near : near.replace(hostile, visible).replace(stackedMarks, '$1…');
  return maxWidth === undefined ? safe : cut(safe, maxWidth);
}

function visible(character: string): string {
  const name = named[character];
  if (name !== undefined) return name;
  const code = character.codePointAt(0)!;
  return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
}

function cut(text: string, maxWidth: number): string {
  if (text.length <= maxWidth && plain.test(text)) return text;
  let width = 0;
  let end = 0;
  let fits = 0;
  for (const character of text) {
    width += characterWidth(character);
    if (width > maxWidth) return `${text.slice(0, fits)}…`;
    end += character.length;
    if (width < maxWidth) fits = end;
  }
  return text;
}
