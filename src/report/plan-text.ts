import type { Plan, PlannedCredential, PlanStep } from '../model/plan.ts';
import { neutralise } from './neutralise.ts';
import { createPaint, type Paint } from './paint.ts';
import { counted } from './quantities.ts';

export interface PlanTextOptions {
  readonly color: boolean;
  /** Why a credential would not be taken back as things stand, by finding. */
  readonly refusals?: ReadonlyMap<string, string>;
}

const mostListed = 20;

/** A plan for a person: what is taken back, by which calls, what else dies, what lives on, and what is missing. */
export function planText(given: Plan, { color, refusals = new Map() }: PlanTextOptions): string {
  const paint = createPaint(color);
  const plan = neutralised(given);
  const count = plan.steps.reduce((sum, { findings }) => sum + findings.length, 0);
  const what = { revoke: 'takes back', finalise: 'makes final', undo: 'switches on again' }[plan.purpose];
  const lines = [
    `${paint(`Plan ${plan.id}`, 'bold')} of ${neutralise(plan.by)}, ${plan.createdAt}: ${what} ${counted(count, 'credential')} in ${counted(plan.steps.length, 'step')}`,
  ];
  for (const step of plan.steps) lines.push('', ...stepLines(step, paint, refusals));
  if (plan.left.length > 0) lines.push('', paint('Left alone', 'bold'));
  for (const { finding, redacted, why } of plan.left) lines.push(`   ${finding}  ${neutralise(redacted)}  ${neutralise(why)}`);
  return `${lines.join('\n')}\n`;
}

/** All of a plan's texts are neutralised, names too: one that is read from a file may say anything anywhere. */
function neutralised(plan: Plan): Plan {
  return JSON.parse(JSON.stringify(plan), (_, value: unknown) => {
    if (typeof value === 'string') return neutralise(value);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [neutralise(name), one]));
  }) as Plan;
}

function stepLines(step: PlanStep, paint: Paint, refusals: ReadonlyMap<string, string>): readonly string[] {
  const { id, provider, credentials, calls, authority, needs, manual } = step;
  const title = manual
    ? `${provider}: ${counted(credentials.length, 'credential')} for a person to take back`
    : `${provider}: ${counted(credentials.length, 'credential')} at once`;
  const lines = [`${paint(id.padEnd(3), 'bold')}${paint(title, 'bold')}`];
  for (const credential of credentials.slice(0, mostListed)) lines.push(...credentialLines(credential, paint, refusals));
  if (credentials.length > mostListed)
    lines.push(`   and ${counted(credentials.length - mostListed, 'other')}, in --format json`);
  for (const { kind, method, url, headers, body, does } of calls) {
    lines.push(`   ${paint(kind === 'act' ? 'call' : 'look', kind === 'act' ? 'red' : 'cyan')}     ${method} ${neutralise(url)}`);
    const sent = Object.entries(headers).filter(([, value]) => value.includes('{'));
    if (sent.length > 0) lines.push(paint(`            ${sent.map(([name, value]) => `${name}: ${value}`).join(', ')}`, 'dim'));
    if (body !== null) lines.push(paint(`            ${neutralise(body)}`, 'dim'));
    lines.push(`            ${does}`);
  }
  if (manual) {
    if (manual.page !== undefined) lines.push(`   page     ${manual.page}`);
    for (const [index, text] of manual.steps.entries())
      lines.push(`   ${index === 0 ? 'do  ' : '    '}     ${index + 1}. ${text}`);
    if (manual.ask !== undefined) lines.push(`   ask      ${manual.ask}`);
  }
  lines.push(`   needs    ${needOf(authority, needs, paint)}`);
  if (step.cascade !== null) lines.push(`   takes    ${step.cascade}`);
  for (const { finding, redacted, name, of, why } of step.children.slice(0, mostListed))
    lines.push(
      `   with it  ${paint(finding, 'cyan')}  ${neutralise(redacted)}  ${name}, ${why} as ${of}: asked about afterwards`,
    );
  if (step.survives !== null) lines.push(`   leaves   ${step.survives}`);
  if (!manual) {
    lines.push(
      `   undo     ${step.reversible ? `until ${step.undoUntil}, by quash revoke undo; then quash revoke finalise` : 'not possible'}`,
      `   proof    ${proofOf(step)}`,
      ...step.confirms.map(({ method, url }) => `            ${method} ${neutralise(url)}`),
    );
  }
  return lines;
}

function proofOf({ isProvable, confirms }: PlanStep): string {
  if (confirms.length > 0) return 'what its provider keeps is read, until it is not there any more:';
  return isProvable
    ? 'its provider is asked until it says that it is dead'
    : 'none: nothing that its provider answers proves its death, so it stays requested';
}

function needOf(authority: PlanStep['authority'], needs: PlanStep['needs'], paint: Paint): string {
  switch (authority) {
    case 'none':
      return 'nothing but the value itself';
    case 'self':
      return 'the leaked credential, which takes itself back';
    case 'admin':
      return `${needs?.what} (${needs?.from})${needs?.isThere ? '' : paint(', which is missing', 'red')}`;
    case 'person':
      return 'a person';
    default:
      return authority satisfies never;
  }
}

function credentialLines(credential: PlannedCredential, paint: Paint, refusals: ReadonlyMap<string, string>): readonly string[] {
  const { finding, redacted, name, verdict, identity, account, scopes, lastUsed, expires, created, where, locations } =
    credential;
  const told = [
    paint(verdict, verdict === 'live' ? 'red' : 'yellow'),
    identity === undefined && account === undefined
      ? 'owner unknown'
      : `of ${[identity, account]
          .filter((one) => one !== undefined)
          .map((one) => neutralise(one, 60))
          .join(', ')}`,
    ...(scopes && scopes.length > 0 ? [`may ${neutralise(scopes.join(' '), 60)}`] : []),
    ...(created === undefined ? [] : [`made ${created.slice(0, 10)}`]),
    ...(lastUsed === undefined ? [] : [`last used ${lastUsed.slice(0, 10)}`]),
    ...(expires === undefined ? [] : [`ends ${expires.slice(0, 10)}`]),
  ];
  const more = locations - where.length;
  const places = `${where.map((place) => neutralise(place, 80)).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  const refusal = refusals.get(finding);
  return [
    `   ${paint(finding, 'cyan')}  ${neutralise(redacted)}  ${neutralise(name)}: ${told.join(', ')}`,
    ...(places === '' ? [] : [paint(`            in ${places}`, 'dim')]),
    ...(refusal === undefined ? [] : [`            ${paint('refused', 'yellow')}: ${neutralise(refusal)}`]),
  ];
}
