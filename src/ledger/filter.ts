import { QuashError } from '../errors.ts';
import { severities } from '../model/pattern.ts';
import type { ListedFinding } from '../model/stored-finding.ts';
import { sinceOf } from './since.ts';

/** Which findings are meant: a pure question to each. */
export type Filter = (finding: ListedFinding, now: Date) => boolean;

export const filterFields = [
  'provider',
  'pattern',
  'verdict',
  'severity',
  'owner',
  'age',
  'path',
  'source',
  'repository',
  'state',
  'id',
] as const;
export type FilterField = (typeof filterFields)[number];

type Operator = '=' | '!=' | '<' | '>' | '~';
interface Condition {
  readonly field: FilterField;
  readonly operator: Operator;
  readonly value: string;
}

const fixedValues: { readonly [F in FilterField]?: readonly string[] } = {
  verdict: ['live', 'dead', 'unknown', 'unverifiable', 'unasked'],
  severity: severities,
  state: ['open', 'ignored', 'accepted', 'gone'],
};

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/**
 * Reads `field=value`, `!=`, `<`, `>` and `~` (contains), separated by spaces that mean *and*; a value with spaces stands in
 * quotes. Letter case does not count. An empty text means every finding. Of a field with several values (a finding's paths),
 * one has to match, and for `!=` none may.
 */
export function parseFilter(text: string): Filter {
  const tests = readConditions(text).map(testOf);
  return (finding, now) => tests.every((test) => test(finding, now));
}

function readConditions(text: string): readonly Condition[] {
  const conditions: Condition[] = [];
  const syntax = /\s*([^\s=!<>~"']*)\s*(!=|=|<|>|~)?\s*(?:"([^"]*)"|'([^']*)'|([^\s"']*))/y;
  while (syntax.lastIndex < text.trimEnd().length) {
    const at = syntax.lastIndex;
    const match = syntax.exec(text);
    if (!match || match[0].trim() === '') throw problem(`${shown(text.slice(at).trim())} is not understood`);
    const [, name = '', operator, ...values] = match;
    if (operator === undefined) throw problem(`${shown(match[0].trim())} compares nothing; write field=value`);
    const field = filterFields.find((known) => known === name.toLowerCase());
    if (field === undefined) throw problem(`there is no field ${shown(name)}; known are ${filterFields.join(', ')}`);
    const value = values.find((one) => one !== undefined) ?? '';
    if (value === '') throw problem(`${field}${operator} has no value; write ${field}${operator}value`);
    conditions.push({ field, operator: operator as Operator, value });
  }
  return conditions;
}

function testOf(condition: Condition): Filter {
  const { field, operator, value } = condition;
  if (field === 'age') return testAge(condition);
  const wanted = value.toLowerCase();
  const known = fixedValues[field];
  if (known && operator !== '~' && !known.includes(wanted)) {
    throw problem(`${field} is never ${shown(value)}; it is ${known.join(', ')}`);
  }
  if (operator === '<' || operator === '>') {
    if (field !== 'severity') throw problem(`${field} has no order; < and > compare severity and age`);
    const rank = (severities as readonly string[]).indexOf(wanted);
    return ({ pattern }) => {
      const own = severities.indexOf(pattern.severity);
      return operator === '<' ? own < rank : own > rank;
    };
  }
  const values = (finding: ListedFinding) => valuesOf(finding, field).map((one) => one.toLowerCase());
  switch (operator) {
    case '~':
      return (finding) => values(finding).some((one) => one.includes(wanted));
    case '=':
      return (finding) => values(finding).some((one) => isEqual(field, one, wanted));
    case '!=':
      return (finding) => !values(finding).some((one) => isEqual(field, one, wanted));
    default:
      return operator satisfies never;
  }
}

/** An id may be shortened as on the command line. */
function isEqual(field: FilterField, own: string, wanted: string): boolean {
  return field === 'id' ? wanted.length >= 4 && own.startsWith(wanted) : own === wanted;
}

/** How long ago the secret was first written, as far as is known: see `sinceOf`. */
function testAge({ operator, value }: Condition): Filter {
  const [, count, unit] = /^(\d{1,5})([smhdw])$/i.exec(value) ?? [];
  if (count === undefined || (operator !== '<' && operator !== '>')) {
    throw problem(`age is compared as in age>30d or age<12h (s, m, h, d, w)`);
  }
  const limitMs = Number(count) * unitMs[unit?.toLowerCase() as keyof typeof unitMs];
  return (finding, now) => {
    const ageMs = now.getTime() - sinceOf(finding);
    return operator === '>' ? ageMs > limitMs : ageMs < limitMs;
  };
}

function valuesOf(finding: ListedFinding, field: Exclude<FilterField, 'age'>): readonly string[] {
  const { pattern, verdict, lastTold, owner, locations, state, id } = finding;
  switch (field) {
    case 'provider':
      return [pattern.provider];
    case 'pattern':
      return [pattern.id];
    case 'verdict':
      return [verdict.state];
    case 'severity':
      return [pattern.severity];
    case 'owner':
      return [owner, verdict.identity, verdict.account, lastTold?.identity, lastTold?.account].filter((one) => one !== undefined);
    case 'path':
      return pathsOf(locations);
    case 'source':
      return locations.flatMap(({ origin }) => ('system' in origin ? [origin.kind, origin.system] : [origin.kind]));
    case 'repository':
      return locations.flatMap(({ origin, place }) =>
        'repository' in origin && origin.repository !== undefined ? [origin.repository, place] : [place],
      );
    case 'state':
      return [state];
    case 'id':
      return [id];
    default:
      return field satisfies never;
  }
}

/** A loop: an array for each of a hundred thousand places is what a key of the terminal UI would wait for. */
function pathsOf(locations: ListedFinding['locations']): readonly string[] {
  const paths: string[] = [];
  for (const { origin } of locations) if ('path' in origin && origin.path !== undefined) paths.push(origin.path);
  return paths;
}

function problem(what: string): QuashError {
  return new QuashError('usage', `reading the filter: ${what}`);
}

/** A filter may hold a pasted secret: only what is plainly a word of the language is repeated. */
function shown(text: string): string {
  return /^[a-z][a-z -]{0,23}$/i.test(text) ? `"${text}"` : 'what stands there';
}
