import type { Aside } from './log-asides.ts';

/** Single characters on lines of their own are one word from this many on. */
const fewestSingles = 16;
const mostLines = 400;

/**
 * Is told of each line, in order, and adds those that were one: they are exactly as wide as a terminal, end and go on without a
 * blank. And characters that stand on a line each.
 */
export function wrapFinder(text: Buffer, asides: Aside[]): (start: number, end: number) => void {
  let width = 0;
  let lines = 0;
  let lastStart = 0;
  let lastEnd = 0;
  let singles = 0;
  return (start, end) => {
    const columns = end - start;
    if (width > 0) {
      if (columns > 0 && columns <= width && lines < mostLines && text[start] > 32) {
        if (lines === 1) asides.push({ start: lastStart, end: lastEnd, step: 1, joins: false });
        asides.push({ start, end, step: 1, joins: true });
        lines++;
        if (columns < width || text[end - 1] <= 32) width = 0;
      } else width = 0;
    }
    if (width === 0 && (columns === 80 || columns === 120 || columns === 132) && text[end - 1] > 32) {
      width = columns;
      lines = 1;
      lastStart = start;
      lastEnd = end;
    }
    if (columns === 1) singles++;
    else {
      if (singles >= fewestSingles) addSingles(text, start, singles, asides);
      singles = 0;
    }
  };
}

function addSingles(text: Buffer, end: number, count: number, asides: Aside[]): void {
  const places: number[] = [];
  for (let at = end - 1; at >= 0 && places.length < count; at--) if (text[at] > 32) places.push(at);
  places.reverse().forEach((at, index) => {
    asides.push({ start: at, end: at + 1, step: 1, joins: index > 0 });
  });
}
