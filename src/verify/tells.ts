import { Secret } from '../model/secret.ts';
import type { Told } from '../model/verdict.ts';
import type { Source, Tells } from '../model/verification.ts';
import { shownText } from '../wire/conceal.ts';
import type { Answer } from './answer.ts';
import { valuesAt } from './json-path.ts';
import { fill, plain, type Variables } from './template.ts';

const mostScopes = 200;
const longest = 300;

/** What an answer tells of the credential, by the pattern's mapping. What cannot be read is left out. */
export function readTold(tells: Tells, answer: Answer, variables: Variables, now: Date, hide: readonly Secret[]): Told {
  const texts = (source: Source | undefined) => source && readSource(source, answer, variables, hide);
  const text = (source: Source | undefined) => texts(source)?.[0];
  const time = (source: Source | undefined) => (source ? readTime(text(source), source.time ?? 'iso', now) : undefined);
  const told = {
    identity: text(tells.identity),
    account: text(tells.account),
    created: time(tells.created),
    expires: time(tells.expires),
    lastUsed: time(tells.lastUsed),
    scopes: texts(tells.scopes)?.slice(0, mostScopes),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as Told;
}

/** The values of the first place that is there. What a provider says may quote what it was sent; what the pattern tells of itself does not. */
function readSource(source: Source, answer: Answer, variables: Variables, hide: readonly Secret[]): readonly string[] {
  for (const from of source.from) {
    const values = valuesFrom(from, answer, variables);
    const texts = values.flatMap((value) =>
      source.split === undefined ? [value] : value.split(source.split).map((one) => one.trim()),
    );
    const hidden = isAnswered(from) ? hide : [new Secret(variables.secret)];
    const told = texts.map((text) => shownText(text, hidden, longest)).filter((text) => text !== '');
    if (told.length > 0 || (values.length > 0 && source.split !== undefined)) return told;
  }
  return [];
}

/** A kept value is whole, whatever its length: it is sent on, not shown. */
export function readKept(source: Source, answer: Answer, variables: Variables): string | undefined {
  for (const from of source.from) {
    const [value] = valuesFrom(from, answer, variables);
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

function isAnswered(from: string): boolean {
  return from.startsWith('json.') || from.startsWith('header.');
}

function valuesFrom(from: string, answer: Answer, variables: Variables): readonly string[] {
  if (from.startsWith('json.')) return valuesAt(answer.json(), from.slice(5)).flatMap(textsOf);
  if (from.startsWith('header.')) {
    const name = from.slice(7).toLowerCase();
    return Object.hasOwn(answer.headers, name) ? [answer.headers[name] as string] : [];
  }
  const filled = fill(from, variables, plain);
  return 'value' in filled ? [filled.value] : [];
}

function textsOf(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value === 'number' || typeof value === 'boolean') return [String(value)];
  return Array.isArray(value) ? value.flatMap((item: unknown) => (typeof item === 'object' ? [] : textsOf(item))) : [];
}

function readTime(text: string | undefined, written: NonNullable<Source['time']>, now: Date): string | undefined {
  if (text === undefined) return undefined;
  const milliseconds = written === 'iso' ? Date.parse(text) : Number(text) * (written === 'milliseconds' ? 1 : 1000);
  const date = new Date(written === 'from-now' ? now.getTime() + milliseconds : milliseconds);
  // 0 and -1 are what several providers write for never.
  if (Number.isNaN(date.getTime()) || (written !== 'iso' && Number(text) <= 0)) return undefined;
  return date.toISOString();
}
