import RE2 from 're2';
import type { Secret } from '../model/secret.ts';
import type { Verification } from '../model/verification.ts';
import type { Variables } from './template.ts';

/** The variables of a credential: its secret, its parts or their defaults, and what is cut out of them. */
export function pickVariables(
  { pick, defaults }: Pick<Verification, 'pick' | 'defaults'>,
  { secret, parts }: { readonly secret: Secret; readonly parts: Readonly<Record<string, Secret>> },
): Variables {
  const revealed = Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.reveal()]));
  const all = { ...defaults, ...revealed };
  const value = secret.reveal();
  const picks = Object.entries(pick).flatMap(([name, { of, regex }]) => {
    const text = of === 'secret' ? value : Object.hasOwn(all, of.slice(5)) ? all[of.slice(5)] : undefined;
    const match = text === undefined ? null : new RE2(regex, 'u').exec(text);
    const found = match?.[1] ?? match?.[0];
    return found === undefined ? [] : [[name, found] as const];
  });
  return { secret: value, parts: all, picks: Object.fromEntries(picks), kept: {} };
}
