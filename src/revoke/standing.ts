import type { JournalLine } from './journal.ts';
import type { Task } from './revoker-schema.ts';

/** How far a credential has come, by the journal alone: what a run that was stopped goes on from. */
export interface Standing {
  /** A call that was begun and has no outcome. */
  readonly open?: { readonly task: Task; readonly step: number; readonly at: string };
  /** The steps of the attempt that is not over yet; a step that is done is not taken again. */
  readonly done: readonly { readonly task: Task; readonly step: number; readonly at: string }[];
  /** Switched off by us, and seen dead. */
  readonly disabled?: { readonly at: string; readonly until: string | null; readonly plan: string | null };
  /** Its provider took the last call of a plan, and nothing proved it in its time. */
  readonly requested?: { readonly at: string; readonly plan: string | null };
  /** Switched on again by us, and seen alive. */
  readonly enabled?: { readonly at: string };
  /** Taken back by us, and seen dead. */
  readonly revoked?: { readonly at: string };
}

const nothing: Standing = { done: [] };

/** The standing of every credential that the journal tells of, by finding. */
export function standingsOf(lines: readonly JournalLine[]): ReadonlyMap<string, Standing> {
  const standings = new Map<string, Standing>();
  for (const line of lines) {
    if (line.finding === null) continue;
    const before = standings.get(line.finding) ?? nothing;
    const after = follow(before, line);
    if (after !== before) standings.set(line.finding, after);
  }
  return standings;
}

function follow(before: Standing, { action, task, step, at, until, plan }: JournalLine): Standing {
  if (task === null) return before;
  const { open, requested, ...rest } = before;
  switch (action) {
    case 'begun':
      return { ...rest, open: { task, step: step ?? 0, at } };
    case 'answered':
      return { ...rest, done: [...rest.done, { task, step: step ?? 0, at: open?.at ?? at }] };
    case 'failed':
      return rest;
    case 'unproved': {
      const isTaken = rest.done.some((one) => one.task === task && one.step === step);
      return { ...rest, done: [], ...(isTaken && { requested: { at, plan } }) };
    }
    case 'proved': {
      const over: Standing = { done: [] };
      if (task === 'disable') return { ...over, disabled: { at, until, plan } };
      return task === 'revoke' ? { ...over, revoked: { at } } : { ...over, enabled: { at } };
    }
    default:
      return before;
  }
}
