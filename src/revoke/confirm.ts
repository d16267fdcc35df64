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
  const steps = revoker.confirm;
  if (!steps || (asked.state !== 'unverifiable' && asked.state !== 'unknown')) return asked;
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
