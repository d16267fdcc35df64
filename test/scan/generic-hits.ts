import { compileUserPatterns } from '../../src/patterns/compile.ts';
import { fileURLToPath } from 'node:url';
import { detectors } from '../../src/scan/generic.ts';
import type { Pattern } from '../../src/model/pattern.ts';

/** The pattern file that the detectors are reached through. */
export const genericPatterns: readonly Pattern[] = compileUserPatterns([
  fileURLToPath(new URL('../../patterns/generic.yaml', import.meta.url)),
]);

export interface Hit {
  readonly pattern: string;
  readonly literal: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly confidence: number;
  readonly kind: string;
}

/** Runs every generic pattern at every hit of its literals, on the window that the engine cuts; a plain walk, without the kernel. */
export function genericHits(source: string): Hit[] {
  const text = Buffer.from(source).toString('latin1');
  const folded = text.toLowerCase();
  const hits: Hit[] = [];
  const at = (pattern: Pattern, literal: string, start: number, length: number) => {
    const from = Math.max(0, start - pattern.reach.before);
    const window = text.slice(from, start + pattern.reach.after);
    const match = detectors[pattern.detector!]!(window, start - from, Math.min(window.length, start - from + length));
    if (!match) return;
    const span = { start: from + match.start, end: from + match.end };
    hits.push({ pattern: pattern.id, literal, ...span, value: text.slice(span.start, span.end), confidence: match.confidence, kind: match.kind });
  };
  for (const pattern of genericPatterns) {
    for (const { text: literal } of pattern.literals)
      for (let start = folded.indexOf(literal.toLowerCase()); start !== -1; start = folded.indexOf(literal.toLowerCase(), start + 1))
        at(pattern, literal, start, literal.length);
    if (pattern.literals.length === 0)
      for (const run of text.matchAll(/[0-9A-Za-z+/_=-]{24,}/g)) at(pattern, '', run.index, run[0].length);
  }
  return hits;
}
