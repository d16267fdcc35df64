import type { Location } from '../model/location.ts';
import type { Plan, PlannedChild } from '../model/plan.ts';
import type { Credential, RevocationResult } from '../model/revocation.ts';
import { toldOf, type VerdictState } from '../model/verdict.ts';
import type { Journal } from './journal.ts';
import { type ProofTerms, pollUntil, type Seen } from './prove.ts';
import type { ReadyRevoker } from './revoker-schema.ts';
import type { RevocationStore } from './store.ts';

/** What is known to be, or may be, of the same grant as a credential and to die with it. */
export function childrenOf(parent: Credential, revoker: ReadyRevoker, kin: readonly Credential[]): readonly PlannedChild[] {
  return kin.flatMap((child) => {
    const { id, pattern, secret } = child;
    const why = id === parent.id || !revoker.children?.includes(pattern.id) ? undefined : whyRelated(parent, child);
    return why === undefined ? [] : [{ finding: id, of: parent.id, name: pattern.name, redacted: secret.toString(), why }];
  });
}

/** What a provider tells counts before where it was found; who is told to be somebody else is no relative. */
function whyRelated(parent: Credential, child: Credential): string | undefined {
  const [was, is] = [toldOf(parent.verdict), toldOf(child.verdict)];
  const both = (['account', 'identity'] as const).filter((name) => was[name] !== undefined && is[name] !== undefined);
  if (both.some((name) => was[name] !== is[name])) return undefined;
  if (both.length > 0) return `of the same ${both.join(' and ')}`;
  const places = new Set(parent.locations.map(placeOf));
  return child.locations.some((one) => places.has(placeOf(one))) ? 'found in the same place' : undefined;
}

function placeOf({ origin }: Location): string {
  return JSON.stringify(origin);
}

/** What became of a credential that should have died with another. */
export interface ChildResult {
  readonly finding: string;
  readonly of: string;
  readonly verdict: VerdictState;
  readonly evidence: string;
}

const dead: ReadonlySet<RevocationResult['state']> = new Set(['revoked', 'disabled', 'already-dead']);

/**
 * Asks about the children of what a plan took back, until they are dead or the time is up. Nothing is sent to take them back:
 * of one that lives the report says so.
 */
export async function checkChildren(
  plan: Plan,
  results: readonly RevocationResult[],
  kin: readonly Credential[],
  {
    journal,
    store,
    windowMs,
    ...terms
  }: ProofTerms & { readonly journal: Journal; readonly store: RevocationStore; readonly windowMs: number },
): Promise<readonly ChildResult[]> {
  const over = new Set(results.filter(({ state }) => dead.has(state)).map(({ finding }) => finding));
  const named = plan.steps.flatMap(({ children }) => children).filter(({ of }) => over.has(of));
  const children = kin.filter(({ id }) => named.some(({ finding }) => finding === id));
  if (children.length === 0) return [];
  const seen = await pollUntil('dead', children, new Date(terms.now().getTime() + windowMs), terms);
  const told = children.map(({ id }): ChildResult => {
    const { verdict } = seen.get(id) as Seen;
    const reason = 'evidence' in verdict ? verdict.evidence : 'reason' in verdict ? verdict.reason : undefined;
    const of = named.find(({ finding }) => finding === id)?.of ?? '';
    return { finding: id, of, verdict: verdict.state, evidence: reason ?? 'its provider cannot be asked' };
  });
  await journal.append(
    ...told.map(({ finding, of, verdict, evidence }) => ({
      action: 'verified' as const,
      plan: plan.id,
      finding,
      after: verdict,
      evidence: `after ${of} was taken back: ${evidence}`,
    })),
  );
  for (const { id } of children) {
    const { verdict } = seen.get(id) as Seen;
    if (verdict.state !== 'unasked' && verdict.state !== 'unverifiable') await store.recordVerdict(id, verdict);
  }
  return told;
}
