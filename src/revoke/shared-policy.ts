import { createHash } from 'node:crypto';
import { QuashError } from '../errors.ts';
import type { JournalLine, NewEntry } from './journal.ts';

/** A policy that binds everybody who shares a ledger, as the ledger keeps it. */
export interface SharedPolicy {
  /** YAML, as it was written. */
  readonly text: string;
  /** What its file of signers held; null where nobody's approval is asked for. */
  readonly signers: string | null;
}

/** The line that tells who made a policy the ledger's, or took it away. */
export function policyEntry(policy: SharedPolicy | undefined): NewEntry {
  return policy
    ? { action: 'policy', after: 'set', evidence: `SHA-256 ${hashOfPolicy(policy)}` }
    : { action: 'policy', after: 'cleared' };
}

/**
 * Throws a QuashError unless the ledger's policy is the one that the journal tells of: whoever may write to a database could
 * otherwise lift it in silence.
 */
export function checkSharedPolicy(policy: SharedPolicy | undefined, lines: readonly JournalLine[]): void {
  const last = lines.findLast(({ action }) => action === 'policy');
  const told = policyEntry(policy);
  const isTold = last ? last.after === told.after && last.evidence === (told.evidence ?? null) : policy === undefined;
  if (isTold) return;
  throw new QuashError(
    'config',
    `reading the policy of the ledger: it is not what the journal tells of${last ? ` (line ${last.seq}, by ${last.actor})` : ''}: it was changed past quash; nothing is revoked before quash policy set, or quash policy clear, says what holds`,
  );
}

function hashOfPolicy({ text, signers }: SharedPolicy): string {
  return createHash('sha256')
    .update(JSON.stringify([text, signers]))
    .digest('hex');
}
