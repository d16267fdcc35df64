import { jupyter } from './json-text.ts';

// Of the members of a cell it is the first, as they are written in the order of their names: https://nbformat.readthedocs.io/en/latest/format_description.html
const cellMark = Buffer.from('"cell_type"');

/** Tells in which cell of a notebook an offset is, counted from 1; of anything else undefined. */
export function cellCounter(bytes: Uint8Array): (offset: number) => number | undefined {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (jupyter.recognise(all.subarray(0, 65_536), '') === 0) return () => undefined;
  let starts: number[] | undefined;
  return (offset) => {
    if (!starts) {
      starts = [];
      for (let at = all.indexOf(cellMark); at !== -1; at = all.indexOf(cellMark, at + 1)) starts.push(at);
    }
    const cell = starts.findLastIndex((start) => start <= offset) + 1;
    return cell === 0 ? undefined : cell;
  };
}
