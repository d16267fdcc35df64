import { parseFilter } from '../ledger/filter.ts';
import { sinceOf } from '../ledger/since.ts';
import type { ListedFinding } from '../model/stored-finding.ts';
import { placeName } from '../report/description.ts';
import { type Grouping, type Sort, sorts } from './state.ts';

/** A line of the list: a finding, or the heading of those behind it. */
export type Row =
  | { readonly kind: 'finding'; readonly finding: ListedFinding }
  | { readonly kind: 'heading'; readonly title: string; readonly count: number };

const texts = new WeakMap<ListedFinding, string>();

/** The words of a finding, in small letters, that a filter's words are looked for in. */
function wordsOf(finding: ListedFinding): string {
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

/** Makes the words of findings ahead of the first filter, so that its first key is as quick as the others. */
export function indexWords(findings: readonly ListedFinding[]): void {
  for (const finding of findings) wordsOf(finding);
}

/** What a first filter and the first look at each order need of a whole list: to be done one by one, before somebody asks for it. */
export function preparations(findings: readonly ListedFinding[]): readonly (() => void)[] {
  return [() => withWords(findings, []), ...sorts.map((sort) => () => ordered(findings, sort))];
}

interface TypedFilter {
  readonly words: readonly string[];
  readonly conditions: string;
}

/**
 * What is typed at the filter: conditions of the language of `quash findings list --where`, and words that have to stand somewhere
 * in what is shown.
 */
function readTyped(text: string): TypedFilter {
  const pieces = text.replace(/\s*(!=|[=<>~])\s*/g, '$1').match(/(?:[^\s"']|"[^"]*"?|'[^']*'?)+/g) ?? [];
  const words = pieces
    .filter((piece) => !/[=<>~]/.test(piece))
    .map((word) => word.toLowerCase().replace(/^(["'])(.*?)\1?$/, '$2'));
  return { words, conditions: pieces.filter((piece) => /[=<>~]/.test(piece)).join(' ') };
}

/** Results that belong to a list, by what led to them: they go when it goes. */
type Known<T> = WeakMap<readonly ListedFinding[], Map<string, T>>;
const mostKnown = 40;

function remembered<T>(known: Known<T>, findings: readonly ListedFinding[], key: string, make: () => T): T {
  const of = known.get(findings) ?? new Map<string, T>();
  known.set(findings, of);
  const made = of.get(key) ?? make();
  // The oldest goes first: a Map keeps the order in which keys came.
  of.delete(key);
  of.set(key, made);
  if (of.size > mostKnown) of.delete(of.keys().next().value as string);
  return made;
}

/** Findings, and the words of each at the same index: to look them up again for each key would take longer than to search them. */
interface Searched {
  readonly findings: readonly ListedFinding[];
  readonly texts: readonly string[];
}

/** Among more than so many nobody looks for what fits best, and to find out takes longer than to search them. */
const mostRanked = 5000;

const byWords: Known<Searched> = new WeakMap();

/**
 * Those in which all words stand. A word that is typed on only narrows what it was found in before, and what is taken back is
 * known still: a key looks at few of them.
 */
function withWords(findings: readonly ListedFinding[], words: readonly string[]): Searched {
  return remembered(byWords, findings, words.join('\n'), () => {
    const last = words.at(-1);
    if (last === undefined) return { findings, texts: findings.map(wordsOf) };
    const shorter = words.with(-1, last.slice(0, -1)).filter(Boolean);
    const known = byWords.get(findings)?.get(shorter.join('\n'));
    const among = known ?? withWords(findings, words.slice(0, -1));
    const found: ListedFinding[] = [];
    const texts: string[] = [];
    for (const [at, text] of among.texts.entries()) {
      if (!text.includes(last)) continue;
      found.push(among.findings[at] as ListedFinding);
      texts.push(text);
    }
    return { findings: found, texts };
  });
}

const byConditions: Known<readonly ListedFinding[]> = new WeakMap();

/** The findings that match, in their order. Throws a QuashError about the conditions of the filter. */
export function matchingFindings(findings: readonly ListedFinding[], filter: string, now: Date): readonly ListedFinding[] {
  const { words, conditions } = readTyped(filter);
  const found = words.length === 0 ? findings : withWords(findings, words).findings;
  if (conditions === '') return found;
  const matches = parseFilter(conditions);
  const key = `${now.getTime()}\n${conditions}`;
  return remembered(byConditions, found, key, () => found.filter((finding) => matches(finding, now)));
}

/** The findings that match, those first at which the words fit best: where they begin words of the finding, not inside of one. */
function bestMatches(findings: readonly ListedFinding[], filter: string, now: Date): readonly ListedFinding[] {
  const { words } = readTyped(filter);
  const found = matchingFindings(findings, filter, now);
  if (words.length === 0 || found.length > mostRanked) return found;
  const groups = groupedBy(found, (finding) => {
    const text = wordsOf(finding);
    let misfits = 0;
    for (const word of words) if (!beginsAWord(text, word)) misfits++;
    return misfits;
  });
  return groups.size < 2 ? found : concat([...groups].sort(([a], [b]) => a - b).map(([, group]) => group));
}

function beginsAWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (at === 0 || !isWordCharacter(text.charCodeAt(at - 1))) return true;
  }
  return false;
}

/** Digits and letters, without asking Unicode for each: whatever is above ASCII counts as a letter. */
function isWordCharacter(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 97 && code <= 122) || code > 127;
}

const byOrder: Known<readonly ListedFinding[]> = new WeakMap();

/** The findings in an order; those that are equal in it stay as they were. */
function ordered(findings: readonly ListedFinding[], sort: Sort): readonly ListedFinding[] {
  if (sort === 'urgency') return findings;
  return remembered(byOrder, findings, sort, () => {
    const groups = groupedBy<string | number>(findings, orders[sort]);
    return concat([...groups].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, group]) => group));
  });
}

const orders: { readonly [S in Exclude<Sort, 'urgency'>]: (finding: ListedFinding) => string | number } = {
  age: sinceOf,
  provider: ({ pattern }) => pattern.provider,
  owner: ({ owner }) => owner ?? '\uffff',
  copies: ({ locations }) => -locations.length,
};

function groupedBy<K>(findings: readonly ListedFinding[], keyOf: (finding: ListedFinding) => K): ReadonlyMap<K, ListedFinding[]> {
  const groups = new Map<K, ListedFinding[]>();
  for (const finding of findings) {
    const key = keyOf(finding);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return groups;
}

/** `flat()` takes several times as long. */
function concat(groups: readonly (readonly ListedFinding[])[]): readonly ListedFinding[] {
  const all: ListedFinding[] = [];
  for (const group of groups) for (const finding of group) all.push(finding);
  return all;
}

/** The findings that match, in the order that is wanted, under the headings that are wanted. */
export function rowsOf(
  findings: readonly ListedFinding[],
  {
    filter,
    sort,
    grouping,
    now,
  }: { readonly filter: string; readonly sort: Sort; readonly grouping: Grouping; readonly now: Date },
): readonly Row[] {
  const listed = sort === 'urgency' ? bestMatches(findings, filter, now) : matchingFindings(ordered(findings, sort), filter, now);
  if (grouping === 'nothing') return listed.map(rowOf);
  const rows: Row[] = [];
  for (const [title, group] of groupedBy(listed, (finding) => groupOf(finding, grouping))) {
    rows.push({ kind: 'heading', title, count: group.length });
    for (const finding of group) rows.push(rowOf(finding));
  }
  return rows;
}

/** A row for a finding. */
export function rowOf(finding: ListedFinding): Row {
  return { kind: 'finding', finding };
}

function groupOf({ pattern, owner, verdict, locations }: ListedFinding, grouping: Exclude<Grouping, 'nothing'>): string {
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
