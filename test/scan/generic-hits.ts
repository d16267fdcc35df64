import { fileURLToPath } from 'node:url';
import type { Pattern } from '../../src/model/pattern.ts';
import { compileUserPatterns } from '../../src/patterns/compile.ts';
import { detectors } from '../../src/scan/generic.ts';

/** The patterns that the detectors are reached through. */
export const genericPatterns: readonly Pattern[] = compileUserPatterns([
  fileURLToPath(new URL('../../patterns/generic.yaml', import.meta.url)),
]);

export interface GenericHit {
  readonly pattern: string;
  readonly detector: string;
  readonly literal: string;
  /** What stands behind the literal. */
  readonly next: string;
  readonly start: number;
  readonly end: number;
  readonly value: string;
  readonly confidence: number;
  readonly kind: string;
}

/**
 * Runs each generic pattern at each hit of its literals, on the window that the engine cuts (or one that is `wider` by so many bytes on either
 * side): a plain walk without the kernel.
 */
export function genericHits(source: string, wider = 0): GenericHit[] {
  const text = Buffer.from(source).toString('latin1');
  const folded = text.toLowerCase();
  const hits: GenericHit[] = [];
  const detect = (pattern: Pattern, literal: string, start: number, length: number) => {
    const detector = pattern.detector!;
    const from = Math.max(0, start - pattern.reach.before - wider);
    const window = text.slice(from, start + pattern.reach.after + wider);
    const match = detectors[detector]!(window, start - from, Math.min(window.length, start - from + length));
    if (!match) return;
    hits.push({
      pattern: pattern.id,
      detector,
      literal,
      next: text.slice(start + length, start + length + 1),
      start: from + match.start,
      end: from + match.end,
      value: Buffer.from(window.slice(match.start, match.end), 'latin1').toString(),
      confidence: match.confidence,
      kind: match.kind,
    });
  };
  for (const pattern of genericPatterns) {
    for (const { text: keyword } of pattern.literals) {
      const literal = keyword.toLowerCase();
      for (let start = folded.indexOf(literal); start !== -1; start = folded.indexOf(literal, start + 1))
        detect(pattern, keyword, start, literal.length);
    }
    if (pattern.literals.length === 0)
      for (const run of text.matchAll(/[0-9A-Za-z+/_=-]{24,}/g)) detect(pattern, '', run.index, run[0].length);
  }
  return hits;
}
