import type { Credential } from '../model/revocation.ts';
import type { Secret } from '../model/secret.ts';
import { toldOf, type Verdict } from '../model/verdict.ts';
import type { ProofTerms } from './prove.ts';
import type { ReadyRevoker } from './revoker-schema.ts';
import { type StepContext, subjectOf, takeStep } from './steps.ts';

/**
 * What is known of a credential that we tried to take back: what it is answered itself and, where no answer to it proves death,
 * what its provider's own records say. Only for what was seen there before: that it is not there proves nothing of any other.
 */
export async function askOrConfirm(
  credential: Credential,
  revoker: ReadyRevoker,
  admin: Secret | undefined,
  context: StepContext & Pick<ProofTerms, 'ask'>,
): Promise<Verdict> {
  const asked = await context.ask(credential);
  if (!revoker.confirm || (asked.state !== 'unverifiable' && asked.state !== 'unknown')) return asked;
  return readRecords(credential, revoker, admin, { context, asked });
}

/**
 * Why what is not begun yet is not begun: the records that are to prove it do not hold it, or not those that our credential sees,
 * which may be of another account. That it is not there afterwards would then prove nothing.
 */
export async function whyNotInRecords(
  credential: Credential,
  revoker: ReadyRevoker,
  admin: Secret | undefined,
  context: StepContext,
): Promise<string | undefined> {
  if (!revoker.confirm) return undefined;
  const verdict = await readRecords(credential, revoker, admin, { context, asked: credential.verdict });
  if (verdict.state === 'live') return undefined;
  const said = verdict.state === 'dead' ? verdict.evidence : 'reason' in verdict ? verdict.reason : undefined;
  return `the records that are to prove its death do not show it to ${revoker.admin?.what ?? 'us'}: ${said}: nothing was sent`;
}

async function readRecords(
  credential: Credential,
  revoker: ReadyRevoker,
  admin: Secret | undefined,
  { context, asked }: { readonly context: StepContext; readonly asked: Verdict },
): Promise<Verdict> {
  const steps = revoker.confirm ?? [];
  const subject = subjectOf(revoker, [credential], { admin, told: credential.verdict });
  const kept: Record<string, string> = {};
  const current = { ...subject, variables: { ...subject.variables, kept } };
  const seen = { ...toldOf(asked), checkedAt: context.now().toISOString() };
  for (const [index, step] of steps.entries()) {
    const acted = await takeStep(step, current, context);
    const isLast = index === steps.length - 1;
    const isGone = acted.outcome === 'gone' || 'isMissing' in acted;
    if (isLast && isGone)
      return { ...seen, state: 'dead', evidence: `its provider does not know it any more: ${acted.evidence}` };
    if (acted.outcome !== 'accepted') return { ...seen, state: 'unknown', reason: acted.evidence };
    if (isLast) return { ...seen, state: 'live', evidence: `its provider knows it still: ${acted.evidence}` };
    if (acted.kept) Object.assign(kept, acted.kept);
  }
  return asked;
}
