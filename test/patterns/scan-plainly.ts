import RE2 from 're2';
import type { Pattern, PatternSet } from '../../src/model/pattern.ts';
import type { CheckedMatch } from '../../src/patterns/check.ts';
import { allowTest } from '../../src/patterns/recipes.ts';
import { passesChecksum } from '../../src/scan/checksums.ts';
import { shannonEntropy } from '../../src/scan/entropy.ts';

/** What a pattern set finds by running every regex on all of the text: no prefilter, no windows, no decoders. For tests. */
export function scanPlainly(set: PatternSet, bytes: Uint8Array): CheckedMatch[] {
  const text = Buffer.from(bytes).toString();
  return set.patterns.flatMap((pattern, index) => [...matchesOf(pattern, text)].map((match) => ({ pattern: index, ...match })));
}

const boundaries = { token: /[0-9A-Za-z_-]/, word: /\w/, alnum: /[0-9A-Za-z]/, none: /[^\s\S]/ } as const;

function* matchesOf(pattern: Pattern, text: string): Generator<Omit<CheckedMatch, 'pattern'>> {
  if (pattern.regex === '') return;
  const isAllowed = allowTest(pattern.allow);
  for (const { outer, value } of spans(pattern.regex, text)) {
    const secret = text.slice(...value);
    if (boundaries[pattern.boundary.left].test(text.charAt(outer[0] - 1))) continue;
    if (boundaries[pattern.boundary.right].test(text.charAt(outer[1]))) continue;
    if (shannonEntropy(secret) < pattern.entropy || isAllowed(secret)) continue;
    if (pattern.checksum !== undefined && !passesChecksum(pattern.checksum, secret)) continue;
    const parts: Record<string, string> = {};
    for (const part of pattern.parts) {
      const from = part.direction === 'after' ? outer[1] : Math.max(0, outer[0] - part.within);
      const to = part.direction === 'before' ? outer[0] : outer[1] + part.within;
      const nearest = [...spans(part.regex, text.slice(from, to))]
        .map((span) => [from + span.value[0], from + span.value[1]] as const)
        .filter(
          ([start, end]) => (end <= value[0] || start >= value[1]) && shannonEntropy(text.slice(start, end)) >= part.entropy,
        )
        .sort((a, b) => distance(a, outer) - distance(b, outer))[0];
      if (nearest) parts[part.name] = text.slice(...nearest);
    }
    if (pattern.parts.some(({ name, required }) => required && parts[name] === undefined)) continue;
    yield { secret, parts, start: value[0], end: value[1] };
  }
}

type Span = readonly [start: number, end: number];

function* spans(source: string, text: string): Generator<{ readonly outer: Span; readonly value: Span }> {
  const regex = new RE2(source, 'dgu');
  for (let match = regex.exec(text); match; match = regex.exec(text)) {
    yield { outer: match.indices![0]!, value: match.indices!.groups?.secret ?? match.indices![0]! };
    regex.lastIndex = match.index + 1;
  }
}

function distance([start, end]: Span, outer: Span): number {
  return start >= outer[1] ? start - outer[1] : outer[0] - end;
}
