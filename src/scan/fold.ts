import type { Candidate } from '../model/candidate.ts';
import type { Finding } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import { type Pattern, severities } from '../model/pattern.ts';
import type { Secret } from '../model/secret.ts';
import { shannonEntropy } from './entropy.ts';
import { hideValues } from './hide-values.ts';

/** How a credential is identified: given by whoever holds the key. */
export type Identify = (
  pattern: Pattern,
  secret: Secret,
  parts: Readonly<Record<string, Secret>>,
) => { readonly fingerprint: string; readonly id: string };

/**
 * Folds candidates into findings, one a credential, the worst first. A value that a provider's pattern matched anywhere
 * is never a generic finding as well: the generic candidate's location joins the provider's finding.
 */
export function foldFindings(candidates: readonly Candidate[], identify: Identify): readonly Finding[] {
  const named = new Map<string, { readonly candidate: Candidate; readonly key: string }>();
  const groups = new Map<string, Candidate[]>();
  const add = (key: string, candidate: Candidate) => {
    const group = groups.get(key);
    if (group) group.push(candidate);
    else groups.set(key, [candidate]);
  };
  // What tells more of a credential comes first: pairs before lone ids, providers before generics.
  const ordered = [...candidates].sort((a, b) => weightOf(b) - weightOf(a));
  for (const candidate of ordered) {
    const value = candidate.secret.reveal();
    const owner = named.get(value);
    const isLone = !Object.keys(candidate.parts).length;
    if (owner && (candidate.pattern.generic || (isLone && owner.candidate.pattern.provider === candidate.pattern.provider))) {
      add(owner.key, candidate);
      continue;
    }
    const key = identify(candidate.pattern, candidate.secret, candidate.parts).fingerprint;
    add(key, candidate);
    if (!named.has(value)) named.set(value, { candidate, key });
    for (const part of candidate.pattern.parts) {
      const partValue = part.identifies ? candidate.parts[part.name]?.reveal() : undefined;
      if (partValue && partValue.length >= 12 && !named.has(partValue)) named.set(partValue, { candidate, key });
    }
  }

  const values = valuesByOrigin(candidates);
  const findings = [...groups.values()].map((group): Finding => {
    const best = group[0];
    const { fingerprint, id } = identify(best.pattern, best.secret, best.parts);
    const locations = dedupe(group.map(({ location }) => location)).map((location) =>
      hideOthers(location, values, String(best.secret)),
    );
    const first = oldest(locations);
    return {
      id,
      fingerprint,
      pattern: best.pattern,
      secret: best.secret,
      parts: best.parts,
      ...otherPartsOf(group),
      entropy: Math.round(shannonEntropy(best.secret.reveal()) * 100) / 100,
      confidence: group.reduce((most, one) => (one.pattern === best.pattern ? Math.max(most, one.confidence) : most), 0),
      verdict: { state: 'unasked' },
      ...(first ? { first } : {}),
      locations,
    };
  });
  return findings.sort(
    (a, b) =>
      severities.indexOf(b.pattern.severity) - severities.indexOf(a.pattern.severity) ||
      compare(a.pattern.id, b.pattern.id) ||
      compare(placeOf(a.locations[0]), placeOf(b.locations[0])) ||
      compare(a.fingerprint, b.fingerprint),
  );
}

/** What the parts of a credential could be besides those of its best candidate: there, and where else it stands. */
function otherPartsOf([best, ...rest]: readonly Candidate[]): Pick<Finding, 'otherParts'> {
  const own = rest.filter(({ pattern }) => pattern === best!.pattern);
  const others = best!.pattern.parts.flatMap(({ name }) => {
    const all = [best!, ...own].flatMap(({ parts, otherParts }) => [parts[name] ?? [], otherParts?.[name] ?? []].flat());
    const distinct = new Map(all.map((value) => [value.reveal(), value] as const));
    const taken = best!.parts[name]?.reveal();
    if (taken !== undefined) distinct.delete(taken);
    return distinct.size > 0 ? [[name, [...distinct.values()].slice(0, mostOthers)] as const] : [];
  });
  return others.length > 0 ? { otherParts: Object.fromEntries(others) } : {};
}

/** A secret may stand beside thousands of partners in as many files. */
const mostOthers = 8;

function weightOf({ pattern, parts, confidence }: Candidate): number {
  const identified = pattern.parts.filter((part) => part.identifies && parts[part.name]).length;
  return (
    (pattern.generic ? 0 : 1000) +
    (pattern.provider === 'generic' ? 1 : 0) +
    identified * 100 +
    severities.indexOf(pattern.severity) * 10 +
    confidence
  );
}

function dedupe(locations: readonly Location[]): Location[] {
  const distinct = new Map<
    string,
    { readonly location: Location; readonly kind: number; readonly date: string; readonly place: string }
  >();
  for (const location of locations) {
    const place = placeOf(location);
    const key = `${place} ${location.start} ${location.end}`;
    if (!distinct.has(key)) distinct.set(key, { location, kind: kindRank(location), date: dateOf(location), place });
  }
  return [...distinct.values()]
    .sort(
      (a, b) => a.kind - b.kind || compare(a.date, b.date) || compare(a.place, b.place) || a.location.start - b.location.start,
    )
    .map(({ location }) => location);
}

/** What is there now before what once was. */
function kindRank({ origin }: Location): number {
  return origin.kind === 'git' ? 1 : origin.kind === 'commit' || origin.kind === 'tag' || origin.kind === 'note' ? 2 : 0;
}

function dateOf({ origin }: Location): string {
  const time = 'date' in origin ? Date.parse(origin.date ?? '') : Number.NaN;
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
}

function placeOf({ origin }: Location): string {
  return JSON.stringify(origin);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function oldest(locations: readonly Location[]): Finding['first'] {
  let first: Finding['first'];
  let firstTime = Number.POSITIVE_INFINITY;
  for (const { origin } of locations) {
    // What is told of a tag is its own id, and no commit.
    if (!('commit' in origin) || !origin.commit || origin.kind === 'tag') continue;
    const time = Date.parse(origin.date ?? '');
    if (first && !(time < firstTime)) continue;
    first = { commit: origin.commit, author: origin.author ?? '', email: origin.email ?? '', date: origin.date ?? '' };
    firstTime = Number.isNaN(time) ? Number.POSITIVE_INFINITY : time;
  }
  return first;
}

function originKey({ origin }: Location): string {
  if (origin.kind === 'git') return origin.blob;
  return JSON.stringify(origin);
}

/** All values found in each origin, the longest first: what must not show in another finding's context. */
function valuesByOrigin(
  candidates: readonly Candidate[],
): ReadonlyMap<string, readonly { readonly value: string; readonly shown: string }[]> {
  const byOrigin = new Map<string, Map<string, string>>();
  for (const { location, secret, parts } of candidates) {
    const key = originKey(location);
    const values = byOrigin.get(key) ?? new Map<string, string>();
    byOrigin.set(key, values);
    for (const one of [secret, ...Object.values(parts)]) if (one.length >= 4) values.set(one.reveal(), String(one));
  }
  return new Map(
    [...byOrigin].map(([key, values]) => [
      key,
      [...values].map(([value, shown]) => ({ value, shown })).sort((a, b) => b.value.length - a.value.length),
    ]),
  );
}

/** Bytes of a line on either side of a match that its context shows; a longer line is cut there, in the middle of a word. */
const contextReach = 250;

/** Hides in a location's context what else was found where it stands, and what may be a value that nobody found. */
function hideOthers(location: Location, values: ReturnType<typeof valuesByOrigin>, shown: string): Location {
  if (location.context === undefined) return location;
  let context = location.context;
  for (const { value, shown: redacted } of values.get(originKey(location)) ?? []) {
    if (context.includes(value)) context = context.replaceAll(value, () => redacted);
  }
  return { ...location, context: hideValues(withoutCutWords(context, shown)) };
}

/** Takes out the words that the ends of a context cut in two: half a secret is not known for one. */
function withoutCutWords(context: string, shown: string): string {
  const at = context.indexOf(shown);
  if (at < 0 || context.length < contextReach) return context;
  const after = at + shown.length;
  const before = at < contextReach ? context.slice(0, at) : `… ${/[\s"',;&].*/s.exec(context.slice(0, at))?.[0] ?? ''}`;
  const rest = context.slice(after);
  return before + shown + (rest.length < contextReach ? rest : `${/.*[\s"',;&]/s.exec(rest)?.[0] ?? ''} …`);
}
