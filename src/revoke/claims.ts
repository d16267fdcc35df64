import type { Journal, JournalLine } from './journal.ts';
import { isRunning } from './journal-lock.ts';
import type { Holder, RevocationStore } from './store.ts';

/** A claim from another machine, whose process cannot be looked at, holds for this long. */
const leaseMs = 60 * 60_000;

/**
 * A store for runs without a ledger: claims stand in the journal, which every responder writes to; nothing else is kept.
 */
export function memoryStore(journal: Journal, began: string | null): RevocationStore {
  const name = ({ actor, pid }: Holder) => `${actor}, process ${pid} begun at ${began ?? '?'}`;
  return {
    claim: async (ids, holder) => {
      let held: ReadonlyMap<string, string> = new Map();
      await journal.appendIf((lines) => {
        held = othersClaims(lines, new Set(ids), holder);
        return ids
          .filter((id) => !held.has(id))
          .map((finding) => ({ action: 'claimed', plan: holder.plan, finding, evidence: name(holder) }));
      });
      return ids.map((id) => ({ id, heldBy: held.get(id) }));
    },
    release: async (ids, holder) => {
      await journal.append(
        ...ids.map((finding) => ({ action: 'released' as const, plan: holder.plan, finding, evidence: name(holder) })),
      );
    },
    recordVerdict: async () => {},
    recordRevocation: async () => {},
    anchor: async () => {},
  };
}

function othersClaims(
  lines: readonly JournalLine[],
  ids: ReadonlySet<string>,
  { host, pid, plan: own }: Holder,
): ReadonlyMap<string, string> {
  const held = new Map<string, string>();
  for (const { action, finding, actor, plan, evidence, at } of lines) {
    if (finding === null || !ids.has(finding)) continue;
    if (action === 'released') held.delete(finding);
    if (action !== 'claimed') continue;
    const [, number = '', began = '?'] = /, process (\d+) begun at (\S+)$/.exec(evidence ?? '') ?? [];
    const isHere = actor.endsWith(`@${host}`);
    // A claim ends with its process.
    const isOver = isHere
      ? (Number(number) === pid && plan === own) || !isRunning(Number(number), began === '?' ? null : began)
      : Date.now() - Date.parse(at) > leaseMs;
    if (isOver) held.delete(finding);
    else held.set(finding, `${actor}, process ${number}`);
  }
  return held;
}
