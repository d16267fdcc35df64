import { buildView, type Slice, type View } from '../../model/view.ts';
import { addChangedValues } from './changed-values.ts';
import { composeViews } from './compose-views.ts';
import type { ReadSlice } from './log-view.ts';
import { addPrefixedKeys } from './prefixed-keys.ts';
import { addReversed, fewestReversed } from './reversed-words.ts';
import { findSpaced } from './spaced-words.ts';
import { wrapFinder } from './wrapped-lines.ts';

/** A stretch of a text, and the way it is read: on from its first byte, every other byte, or back from its last. */
export interface Aside {
  readonly start: number;
  readonly end: number;
  readonly step: 1 | 2 | -1;
  /** Whether it goes on where the one before it ended. */
  readonly joins: boolean;
}

/**
 * What a log says only to those who read it another way: lines that a terminal wrapped, letters with blanks between them, words
 * written backwards, what a plan changes a value to, keys whose lines have something in front. Undefined when there is nothing of
 * the kind.
 */
export function asidesOf({ shown, lineEnds, lineCount }: Pick<ReadSlice, 'shown' | 'lineEnds' | 'lineCount'>): View | undefined {
  const text = Buffer.from(shown.bytes.buffer, shown.bytes.byteOffset, shown.bytes.length);
  const asides: Aside[] = [];
  const readWidth = wrapFinder(text, asides);
  for (let line = 0, start = 0; line < lineCount; line++) {
    const end = lineEnds[line];
    readWidth(start, end);
    if (end - start >= fewestReversed) addReversed(text, start, end, asides);
    start = end + 1;
  }
  readWidth(text.length, text.length);
  findSpaced(text, asides);
  addChangedValues(text, asides);
  const slice: Slice = { bytes: text, start: 0, line: 1, column: 1 };
  const view = buildView(slice);
  for (const { start, end, step, joins } of asides) {
    if (!joins) view.separate();
    if (step === 1) view.copy(start, end);
    else if (step === 2) for (let at = start; at < end; at += 2) view.copy(at, at + 1);
    else for (let at = end - 1; at >= start; at--) view.copy(at, at + 1);
  }
  addPrefixedKeys(text, view);
  return view.length === 0 ? undefined : composeViews(shown, view.build());
}
