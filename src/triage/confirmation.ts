import type { Plan } from '../model/plan.ts';

/** What has to be typed before a plan is done. */
export interface Confirmation {
  readonly answer: string;
  /** What it is, in words: `the number of credentials`. */
  readonly what: string;
  readonly why: string;
}

/**
 * What has to be typed, by what a mistake would cost: the number of credentials; the names of the providers where our own
 * authority is used, or where more than one credential is taken back for good. Undefined when there is nothing to do.
 */
export function confirmationOf({ steps, purpose }: Plan): Confirmation | undefined {
  const acting = steps.filter(({ manual }) => manual === null);
  const count = acting.reduce((sum, { findings }) => sum + findings.length, 0);
  if (count === 0) return undefined;
  const byAdmin = acting.filter(({ authority }) => authority === 'admin');
  const forGood = purpose === 'undo' ? [] : acting.filter(({ reversible }) => !reversible);
  const isBulk = forGood.reduce((sum, { findings }) => sum + findings.length, 0) > 1;
  const grave = [...new Set([...byAdmin, ...(isBulk ? forGood : [])].map(({ provider }) => provider))].sort();
  const verb = { revoke: 'takes back', finalise: 'makes final', undo: 'switches on again' }[purpose];
  if (grave.length === 0) return { answer: String(count), what: 'the number of credentials', why: `It ${verb} ${count}.` };
  const reasons = [
    ...(byAdmin.length > 0 ? ['it acts with an authority of ours'] : []),
    ...(isBulk ? ['it cannot be undone'] : []),
  ];
  return {
    answer: grave.join(' '),
    what: grave.length === 1 ? 'the name of the provider' : 'the names of the providers',
    why: `It ${verb} ${count}, and ${reasons.join(' and ')}.`,
  };
}

/** Whether what was typed confirms; spaces and letter case do not count. */
export function isConfirmed(typed: string, { answer }: Confirmation): boolean {
  return typed.trim().toLowerCase().split(/\s+/).join(' ') === answer;
}
