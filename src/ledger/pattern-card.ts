import type { Pattern } from '../model/pattern.ts';

/** What the ledger keeps of a pattern, for when it is not known any more: it was the user's own, or another tool's. */
export type PatternCard = Pick<Pattern, 'id' | 'name' | 'provider' | 'severity' | 'identity' | 'generic' | 'confidence'> & {
  readonly docs?: string;
  readonly lifetime?: string;
  readonly parts: readonly Pick<Pattern['parts'][number], 'name' | 'identifies'>[];
};

/** What is kept of a pattern. */
export function cardOf({
  id,
  name,
  provider,
  severity,
  identity,
  generic,
  confidence,
  docs,
  lifetime,
  parts,
}: Pattern): PatternCard {
  return {
    id,
    name,
    provider,
    severity,
    identity,
    generic,
    confidence,
    ...(docs !== undefined && { docs }),
    ...(lifetime !== undefined && { lifetime }),
    parts: parts.map(({ name: part, identifies }) => ({ name: part, identifies })),
  };
}

/** A pattern that matches nothing, and tells what its card tells. */
export function patternOfCard({ parts, ...card }: PatternCard): Pattern {
  return {
    ...card,
    regex: '',
    literals: [],
    boundary: { left: 'none', right: 'none' },
    entropy: 0,
    parts: parts.map((part) => ({ ...part, regex: '', within: 0, required: false, entropy: 0, direction: 'around' })),
    decoders: [],
    allow: [],
    examples: [],
    counterExamples: [],
    minLength: 0,
    maxLength: 0,
    reach: { before: 0, after: 0 },
    source: { file: '', line: 0 },
  };
}
