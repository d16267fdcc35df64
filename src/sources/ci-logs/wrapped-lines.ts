import type { Aside } from './log-asides.ts';

/** Columns of the terminals that programs are told of where there is none. */
const widths = [80, 120, 132] as const;
/** Single characters on lines of their own are one word from this many on. */
const fewestSingles = 16;
const mostLines = 400;

/**
 * Lines that are exactly as wide as a terminal, end and go on without a blank: they were one line. And characters that stand on a
 * line each.
 */
export function findWraps(text: Buffer, asides: Aside[]): void {
  let width = 0;
  let lines = 0;
  let lastStart = 0;
  let lastEnd = 0;
  let singles = 0;
  const { length } = text;
  for (let start = 0; start < length; ) {
    let feed = start;
    while (feed < length && text[feed] !== 10) feed++;
    const end = feed > start && text[feed - 1] === 13 ? feed - 1 : feed;
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
      width = widths.find((candidate) => candidate === columns)!;
      lines = 1;
      lastStart = start;
      lastEnd = end;
    }
    if (columns === 1) {
      singles++;
    } else {
      if (singles >= fewestSingles) addSingles(text, start, singles, asides);
      singles = 0;
    }
    start = feed + 1;
  }
  if (singles >= fewestSingles) addSingles(text, length, singles, asides);
}

function addSingles(text: Buffer, end: number, count: number, asides: Aside[]): void {
  const places: number[] = [];
  for (let at = end - 1; at >= 0 && places.length < count; at--) if (text[at] > 32) places.push(at);
  places.reverse().forEach((at, index) => {
    asides.push({ start: at, end: at + 1, step: 1, joins: index > 0 });
  });
}
