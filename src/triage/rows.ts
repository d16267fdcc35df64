import type { Filter } from '../ledger/filter.ts';
import { parseFilter } from '../ledger/filter.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import { placeName } from '../report/description.ts';
import type { Grouping, Sort } from './state.ts';

/** A line of the list: a finding, or the heading of those behind it. */
export type Row =
  | { readonly kind: 'finding'; readonly finding: StoredFinding }
  | { readonly kind: 'heading'; readonly title: string; readonly count: number };

const texts = new WeakMap<StoredFinding, string>();

/** The words of a finding, in small letters, that a filter's words are looked for in. */
function wordsOf(finding: StoredFinding): string {
  const known = texts.get(finding);
  if (known !== undefined) return known;
  const { id, pattern, verdict, owner, state, revocation, locations, redacted } = finding;
  const places = locations.slice(0, 20).map((one) => `${placeName(one)} ${one.place}`);
  const text = [id, pattern.id, pattern.name, pattern.severity, verdict.state, owner, state, revocation, redacted, ...places]
    .join('\n')
    .toLowerCase();
  texts.set(finding, text);
  return text;
}

/** Makes the words of every finding ahead of the first filter, so that its first key is as quick as the others. */
export function indexWords(findings: readonly StoredFinding[]): void {
  for (const finding of findings) wordsOf(finding);
}

/**
 * Reads what is typed at the filter: conditions of the language of `quash findings list --where`, and words that have to
 * stand somewhere in what is shown. Throws a QuashError about the conditions.
 */
export function readFilter(text: string): Filter {
  const pieces = text.replace(/\s*(!=|[=<>~])\s*/g, '$1').match(/(?:[^\s"']|"[^"]*"?|'[^']*'?)+/g) ?? [];
  const conditions = pieces.filter((piece) => /[=<>~]/.test(piece));
  const words = pieces
    .filter((piece) => !/[=<>~]/.test(piece))
    .map((word) => word.toLowerCase().replace(/^(["'])(.*?)\1?$/, '$2'));
  const matches = parseFilter(conditions.join(' '));
  return (finding, now) => matches(finding, now) && words.every((word) => wordsOf(finding).includes(word));
}

/** The findings that match, in the order that is wanted, under the headings that are wanted. */
export function rowsOf(
  findings: readonly StoredFinding[],
  {
    filter,
    sort,
    grouping,
    now,
  }: { readonly filter: string; readonly sort: Sort; readonly grouping: Grouping; readonly now: Date },
): readonly Row[] {
  const matches = readFilter(filter);
  const found = filter.trim() === '' ? findings : findings.filter((finding) => matches(finding, now));
  const sorted = sort === 'urgency' ? found : found.toSorted(orders[sort]);
  if (grouping === 'nothing') return sorted.map((finding) => ({ kind: 'finding', finding }));
  const groups = new Map<string, StoredFinding[]>();
  for (const finding of sorted) {
    const title = groupOf(finding, grouping);
    const group = groups.get(title);
    if (group) group.push(finding);
    else groups.set(title, [finding]);
  }
  return [...groups].flatMap(([title, group]): Row[] => [
    { kind: 'heading', title, count: group.length },
    ...group.map((finding): Row => ({ kind: 'finding', finding })),
  ]);
}

const orders: { readonly [S in Exclude<Sort, 'urgency'>]: (a: StoredFinding, b: StoredFinding) => number } = {
  age: (a, b) => compare(sinceOf(a), sinceOf(b)),
  provider: (a, b) => compare(a.pattern.provider, b.pattern.provider),
  owner: (a, b) => compare(a.owner ?? '\uffff', b.owner ?? '\uffff'),
  copies: (a, b) => b.locations.length - a.locations.length,
};

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** When the secret was first written, as far as is known; ISO 8601. */
export function sinceOf({ first, firstSeen }: StoredFinding): string {
  const written = Date.parse(first?.date ?? '');
  return Number.isNaN(written) ? firstSeen : new Date(written).toISOString();
}

function groupOf({ pattern, owner, verdict, locations }: StoredFinding, grouping: Exclude<Grouping, 'nothing'>): string {
  switch (grouping) {
    case 'provider':
      return pattern.provider;
    case 'owner':
      return owner ?? 'no known owner';
    case 'verdict':
      return verdict.state;
    case 'repository': {
      const [first] = locations;
      return first === undefined ? 'nowhere' : first.place;
    }
    default:
      return grouping satisfies never;
  }
}
