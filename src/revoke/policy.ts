import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { QuashError } from '../errors.ts';
import { severities } from '../model/pattern.ts';
import type { PlanStep } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { Verdict } from '../model/verdict.ts';

/** What a policy decides on: one credential, right before it would be taken back. */
export interface Proposal {
  readonly credential: Pick<Credential, 'id' | 'pattern'>;
  readonly step: Pick<PlanStep, 'provider' | 'isProvable'>;
  readonly verdict: Verdict;
  /** A run that was stopped began with it: hours and approvals were kept then. */
  readonly isStarted: boolean;
}

/** What may be taken back, by whom and when. */
export interface Policy {
  /** Why a credential is not taken back; undefined when it may be. */
  readonly refusal: (proposal: Proposal) => string | undefined;
}

/** Without a policy file everything that was planned may be done. */
export const noPolicy: Policy = { refusal: () => undefined };

const days = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const time = z.string().regex(/^(?:[01][0-9]|2[0-3]):[0-5][0-9]$/, 'must be a time such as 09:00');
const selector = z.strictObject({
  provider: z.string().optional(),
  pattern: z.string().optional(),
  /** A name, `*` for anything. */
  owner: z.string().optional(),
  severity: z.enum(severities).optional(),
  finding: z.string().min(4).optional(),
  why: z.string().max(300).optional(),
});
const named = z.array(z.string().min(1)).min(1);

const policyFile = z.strictObject({
  owners: named.optional(),
  providers: named.optional(),
  by: named.optional(),
  never: z.array(selector).optional(),
  approval: z
    .strictObject({ signers: z.string().min(1), count: z.int().min(1).max(5).default(1), when: z.array(selector).optional() })
    .optional(),
  hours: z
    .strictObject({
      days: z.array(z.enum(days)).min(1).default(['mon', 'tue', 'wed', 'thu', 'fri']),
      from: time,
      to: time,
      zone: z.string().default('UTC'),
      except: z.array(selector).optional(),
    })
    .optional(),
});

export type PolicyRules = z.output<typeof policyFile>;

/** Reads a policy; undefined when there is no such file. Throws a QuashError that names what is wrong in it. */
export function readPolicy(file: string): PolicyRules | undefined {
  if (!existsSync(file)) return undefined;
  const rules = parsePolicy(textOf(file), file);
  const { approval } = rules;
  return { ...rules, ...(approval && { approval: { ...approval, signers: resolve(dirname(file), approval.signers) } }) };
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new QuashError('config', `reading the policy ${file}: not readable; nothing is revoked without it`, { cause });
  }
}

/** Reads a policy's text; the file of signers is named as it stands there. `file` is what messages call it. */
export function parsePolicy(text: string, file: string): PolicyRules {
  let content: unknown;
  try {
    content = parse(text);
  } catch (cause) {
    throw new QuashError('config', `reading the policy ${file}: not YAML; nothing is revoked without it`, { cause });
  }
  const read = policyFile.safeParse(content ?? {});
  if (!read.success)
    throw new QuashError(
      'config',
      `reading the policy ${file}: ${z.prettifyError(read.error)}\nnothing is revoked before that is corrected`,
    );
  const { hours } = read.data;
  if (hours && !isZone(hours.zone))
    throw new QuashError(
      'config',
      `reading the policy ${file}: there is no time zone ${JSON.stringify(hours.zone)}; write Europe/Berlin, or UTC`,
    );
  return read.data;
}

/** Whether the policy lets somebody, `ann@host`, revoke at all. */
export function mayRevoke({ by }: PolicyRules, actor: string): boolean {
  return !by || by.some((name) => isNamed(name, actor) || isNamed(name, actor.split('@')[0] ?? ''));
}

export interface PolicyScene {
  /** `ann@host`. */
  readonly actor: string;
  readonly now: () => Date;
  /** Who approved the plan, by the file of signers that a policy names; a list without doubles and without the actor. */
  readonly approvals: (signers: string) => readonly string[];
}

/** The policy that several files make together: what one of them refuses is refused. */
export function policyOf(all: readonly PolicyRules[], scene: PolicyScene): Policy {
  return {
    refusal: (proposal) => {
      for (const rules of all) {
        const why = refusalBy(rules, proposal, scene);
        if (why !== undefined) return why;
      }
      return undefined;
    },
  };
}

function refusalBy(rules: PolicyRules, proposal: Proposal, { actor, now, approvals }: PolicyScene): string | undefined {
  const { owners, providers, by, never, approval, hours } = rules;
  const { verdict, step, isStarted } = proposal;
  const known = ownersOf(verdict);
  if (by && !mayRevoke(rules, actor)) return `the policy lets ${by.join(', ')} revoke, and not ${actor}`;
  const forbidden = never?.find((one) => fits(one, proposal));
  if (forbidden) return `the policy never lets it be revoked${forbidden.why === undefined ? '' : `: ${forbidden.why}`}`;
  if (providers && !providers.includes(step.provider))
    return `the policy lets credentials of ${providers.join(', ')} be revoked, and not of ${step.provider}`;
  if (owners && known.length > 0 && !owners.some((name) => known.some((owner) => isNamed(name, owner))))
    return `it is of ${known.join(', ')}, whose credentials the policy does not let be revoked`;
  // Of what is dead by a call of ours its provider tells nothing any more.
  if (owners && known.length === 0 && !isStarted)
    return 'its provider does not tell whose it is, and the policy says whose credentials may be revoked';
  if (isStarted) return undefined;
  if (hours && !isWithin(hours, now()) && !hours.except?.some((one) => fits(one, proposal)))
    return `the policy lets credentials be revoked on ${hours.days.join(', ')} from ${hours.from} to ${hours.to} (${hours.zone})`;
  if (approval && (approval.when === undefined || approval.when.some((one) => fits(one, proposal)))) {
    const given = approvals(approval.signers).length;
    if (given < approval.count)
      return `the policy asks for ${approval.count === 1 ? 'the approval of a second person' : `${approval.count} approvals`}, and there ${given === 1 ? 'is 1' : `are ${given}`}: save the plan with --save FILE, have it signed with quash approve FILE, and apply it with --plan FILE`;
  }
  return undefined;
}

function fits(
  { provider, pattern, owner, severity, finding }: z.output<typeof selector>,
  { credential, step, verdict }: Proposal,
): boolean {
  return (
    (provider === undefined || provider === step.provider) &&
    (pattern === undefined || pattern === credential.pattern.id) &&
    (severity === undefined || severity === credential.pattern.severity) &&
    (finding === undefined || credential.id.startsWith(finding)) &&
    (owner === undefined || ownersOf(verdict).some((one) => isNamed(owner, one)))
  );
}

function ownersOf({ identity, account }: Verdict): readonly string[] {
  return [identity, account].filter((one): one is string => one !== undefined);
}

/** Whether a name with `*` for any text is meant by it; case does not count. */
function isNamed(wanted: string, name: string): boolean {
  const [first = '', ...rest] = wanted.toLowerCase().split('*');
  const text = name.toLowerCase();
  if (rest.length === 0) return text === first;
  const last = rest.pop() as string;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of rest) {
    const next = text.indexOf(part, at);
    if (next < 0 || next + part.length > text.length - last.length) return false;
    at = next + part.length;
  }
  return true;
}

function isWithin({ days: open, from, to, zone }: NonNullable<PolicyRules['hours']>, now: Date): boolean {
  const parts = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    weekday: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(now);
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? '';
  const clock = `${part('hour')}:${part('minute')}`;
  const today = part('weekday').toLowerCase() as (typeof days)[number];
  if (from <= to) return open.includes(today) && from <= clock && clock < to;
  // Over midnight: the hours behind it belong to the day before.
  const yesterday = days[(days.indexOf(today) + 6) % 7] as (typeof days)[number];
  return clock >= from ? open.includes(today) : clock < to && open.includes(yesterday);
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
