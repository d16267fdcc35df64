import type { LastTold } from '../model/stored-finding.ts';
import { type Told, toldOf, type Verdict } from '../model/verdict.ts';

/**
 * What a provider told of a credential as long as it knew it, from all of its verdicts, the oldest first: of what is dead it tells
 * nothing any more. Only what it told of the owner that it named last. Undefined when the last verdict tells all of it.
 */
export function lastTold(verdicts: readonly Verdict[]): LastTold | undefined {
  const telling = verdicts.flatMap((verdict) => {
    const told = toldOf(verdict);
    return 'checkedAt' in verdict && Object.keys(told).length > 0 ? [{ told, at: verdict.checkedAt }] : [];
  });
  const base = telling.findLast(({ told }) => told.identity !== undefined || told.account !== undefined) ?? telling.at(-1);
  if (!base) return undefined;
  const same = telling.filter(({ told }) => isOfSame(told, base.told)).map(({ told }) => told);
  const all = Object.assign({}, ...same) as Told;
  const now = toldOf(verdicts.at(-1) ?? {});
  return Object.keys(all).every((field) => Object.hasOwn(now, field)) ? undefined : { ...all, at: base.at };
}

function isOfSame(one: Told, other: Told): boolean {
  const fits = (a: string | undefined, b: string | undefined) => a === undefined || b === undefined || a === b;
  return fits(one.identity, other.identity) && fits(one.account, other.account);
}
