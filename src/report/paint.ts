// Select Graphic Rendition codes (ECMA-48 8.3.117): what turns a style on and what turns it off.
// `util.styleText` would do, but from Node 22 on it also looks at stdout, and a report may go elsewhere.
const codes = {
  bold: [1, 22],
  dim: [2, 22],
  underline: [4, 24],
  inverse: [7, 27],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  magenta: [35, 39],
  cyan: [36, 39],
  onRed: ['97;41', '39;49'],
} as const;

export type Style = keyof typeof codes;

/** Wraps text in styles, or leaves it as it is. The text must be neutralised. */
export type Paint = (text: string, ...styles: readonly Style[]) => string;

/** Gives the function that colours text, or one that leaves it plain. */
export function createPaint(color: boolean): Paint {
  if (!color) return (text) => text;
  return (text, ...styles) => styles.reduce((inner, style) => `\x1b[${codes[style][0]}m${inner}\x1b[${codes[style][1]}m`, text);
}
