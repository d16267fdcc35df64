import { createHash } from 'node:crypto';
import type { Location } from '../model/location.ts';
import type { Plan, PlannedCall, PlannedCredential, PlanStep, Purpose } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { Runbook } from '../model/revoker.ts';
import { toldOf } from '../model/verdict.ts';
import type { Json } from '../model/verification.ts';
import { pickVariables } from '../verify/pick.ts';
import { isHostFromText, nameVariables } from '../verify/request.ts';
import { tokensOf } from '../verify/template.ts';
import { childrenOf } from './children.ts';
import { templatesOf } from './lint-revoker.ts';
import { isStepOf, type ReadyHttpStep, type ReadyRevoker, type Task } from './revoker-schema.ts';
import type { Standing } from './standing.ts';

export interface PlanTerms {
  readonly purpose: Purpose;
  readonly by: string;
  readonly now: Date;
  /** For how long what can be switched off is left so, before it is taken back for good; 0 does both at once. */
  readonly graceMs: number;
  readonly revokerOf: (pattern: Credential['pattern']) => Promise<ReadyRevoker | undefined>;
  readonly runbookOf: (pattern: Credential['pattern']) => Runbook | undefined;
  /** Whether the provider says of a credential of a pattern that it is dead. */
  readonly isProvable: (pattern: Credential['pattern']) => boolean;
  /** Where our own credential would come from, and whether it is there. */
  readonly adminFrom: (revoker: ReadyRevoker) => { readonly from: string; readonly isThere: boolean };
  readonly standingOf: (finding: string) => Standing | undefined;
  readonly describePlace: (location: Location) => string;
  /** What else is known: among it may be what dies with what is taken back. */
  readonly kin?: readonly Credential[];
}

const mostPlaces = 5;

/**
 * Plans what is to be done about credentials: those of one call together, what can make others before the rest. Sends nothing.
 */
export async function makePlan(credentials: readonly Credential[], terms: PlanTerms): Promise<Plan> {
  const left: { finding: string; redacted: string; why: string }[] = [];
  const groups = new Map<
    string,
    { readonly revoker: ReadyRevoker | undefined; readonly runbook?: Runbook; members: Credential[] }
  >();
  for (const credential of credentials) {
    const why = whyLeft(credential, terms);
    if (why !== undefined) {
      left.push({ finding: credential.id, redacted: credential.secret.toString(), why });
      continue;
    }
    const revoker = await terms.revokerOf(credential.pattern);
    const key = revoker ? keyOf(revoker, credential) : `person ${credential.pattern.id}`;
    const group = groups.get(key) ?? { revoker, members: [] };
    group.members.push(credential);
    groups.set(key, group);
  }
  const ordered = [...groups.values()].sort((a, b) => rank(a.revoker) - rank(b.revoker));
  const steps = ordered.flatMap(({ revoker, members }) =>
    inBatches(members, revoker?.batch.max ?? members.length).map((batch) => ({ revoker, batch })),
  );
  return sealPlan({
    createdAt: terms.now.toISOString(),
    purpose: terms.purpose,
    by: terms.by,
    steps: steps.map(({ revoker, batch }, index) => planStep(String(index + 1), revoker, batch, terms)),
    left,
  });
}

/** Gives a plan its hash, and by it its name. */
export function sealPlan(bare: Omit<Plan, 'id' | 'hash'>): Plan {
  const { createdAt, purpose, by, steps, left } = bare;
  const hash = createHash('sha256').update(JSON.stringify({ createdAt, purpose, by, steps, left })).digest('hex');
  return { id: hash.slice(0, 12), hash, createdAt, purpose, by, steps, left };
}

function whyLeft({ id, verdict }: Credential, { purpose, graceMs, standingOf }: PlanTerms): string | undefined {
  const standing = standingOf(id);
  if (verdict.state === 'unasked' && verdict.canary !== undefined)
    return `a trap laid out by ${verdict.canary}: taking it back would set it off`;
  if (purpose !== 'revoke') return standing?.disabled ? undefined : 'it was not switched off by quash, by its journal';
  // What was begun is brought to its end, also where it is dead by now.
  if (standing?.open || (standing?.done.length ?? 0) > 0) return undefined;
  // Only what proved it then knows: nobody else can be asked.
  if (standing?.revoked && (verdict.state === 'unverifiable' || verdict.state === 'unknown'))
    return `taken back by quash at ${standing.revoked.at}, and proved then`;
  // Without a grace it is to be made final: a run that was stopped in between is gone on with.
  if (standing?.disabled && verdict.state === 'dead' && graceMs === 0) return undefined;
  if (standing?.disabled && verdict.state === 'dead')
    return `switched off at ${standing.disabled.at}: quash revoke finalise makes that final, quash revoke undo takes it back`;
  return verdict.state === 'dead' ? `it is dead already: ${verdict.evidence}` : undefined;
}

function rank(revoker: ReadyRevoker | undefined): number {
  if (!revoker) return 2;
  return revoker.mints ? 0 : 1;
}

/** Credentials of one key may stand in one call: the same revoker, and the same values wherever its requests name a part. */
function keyOf(revoker: ReadyRevoker, credential: Credential): string {
  const { parts, picks } = pickVariables(revoker, credential);
  const used = Object.values(revoker.tasks)
    .flat()
    .flatMap((step) => templatesOf(step).flatMap(([, template]) => tokensOf(template) ?? []));
  const values = used.map(({ kind, name }) => (kind === 'part' ? parts[name] : kind === 'pick' ? picks[name] : ''));
  const own = revoker.batch.max > 1 ? values : credential.id;
  return JSON.stringify([revoker.provider, revoker.patterns, own]);
}

function inBatches<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) => list.slice(index * size, (index + 1) * size));
}

function tasksOf({ tasks }: ReadyRevoker, { purpose, graceMs }: PlanTerms): readonly Task[] {
  if (purpose === 'undo') return ['enable'];
  if (purpose === 'finalise' || !tasks.disable) return ['revoke'];
  return graceMs === 0 ? ['disable', 'revoke'] : ['disable'];
}

function planStep(id: string, revoker: ReadyRevoker | undefined, batch: readonly Credential[], terms: PlanTerms): PlanStep {
  const [first] = batch as readonly [Credential, ...Credential[]];
  const confirms = (revoker?.confirm ?? []).map((step) => plannedCall(step, revoker as ReadyRevoker, batch));
  const shared = {
    id,
    findings: batch.map((credential) => credential.id),
    provider: first.pattern.provider,
    credentials: batch.map((credential) => plannedCredential(credential, terms)),
    confirms,
    isProvable: confirms.length > 0 || batch.every(({ pattern }) => terms.isProvable(pattern)),
  };
  if (!revoker) {
    const manual = terms.runbookOf(first.pattern) ?? {
      ...(first.pattern.docs !== undefined && { page: first.pattern.docs }),
      steps: ['Take it back where it was made, or ask its owner to; then ask again with quash verify.'],
    };
    return {
      ...shared,
      revoker: null,
      tasks: [],
      authority: 'person',
      needs: null,
      calls: [],
      reversible: false,
      undoUntil: null,
      children: [],
      cascade: null,
      survives: manual.survives ?? null,
      manual,
    };
  }
  const tasks = tasksOf(revoker, terms);
  const ours = revoker.admin && { what: revoker.admin.what, ...terms.adminFrom(revoker) };
  // A credential of ours does it instead of the leaked one, where it is there.
  const needsOurs = revoker.authority === 'admin' || (ours?.isThere ?? false);
  const isUndoable = tasks.at(-1) === 'disable';
  const authority = needsOurs ? 'admin' : revoker.authority;
  return {
    ...shared,
    revoker: revoker.provider,
    tasks,
    authority,
    needs: (needsOurs && ours) || null,
    calls: plannedCalls(revoker, tasks, authority, batch),
    reversible: isUndoable,
    undoUntil: isUndoable ? undoUntil(revoker, terms.now, terms.graceMs).toISOString() : null,
    children: terms.purpose === 'undo' ? [] : batch.flatMap((one) => childrenOf(one, revoker, terms.kin ?? [])),
    cascade: revoker.cascade ?? null,
    survives: revoker.survives ?? null,
    manual: null,
  };
}

/** When the time to take a switching off back ends: with the grace, or before, where the provider keeps it no longer. */
export function undoUntil({ undoForMs }: ReadyRevoker, from: Date, graceMs: number): Date {
  return new Date(from.getTime() + Math.min(graceMs, undoForMs ?? graceMs));
}

/** What tasks will send, with an authority. */
export function plannedCalls(
  revoker: ReadyRevoker,
  tasks: readonly Task[],
  authority: PlanStep['authority'],
  batch: readonly Credential[],
): readonly PlannedCall[] {
  const steps = tasks.flatMap((task) => revoker.tasks[task] ?? []);
  return steps.filter((step) => isStepOf(step, authority)).map((step) => plannedCall(step, revoker, batch));
}

/** A call with names in the place of values; only the host is told, where it stands in the text. */
export function plannedCall(
  step: ReadyRevoker['tasks']['revoke'][number],
  revoker: ReadyRevoker,
  batch: readonly Credential[],
): PlannedCall {
  const { does, kind } = step;
  if (!('request' in step))
    return { does, kind, method: step.transport, url: step.action, headers: named(step.with), body: null };
  const { request } = step;
  return {
    does,
    kind,
    method: request.method,
    url: shownUrl(step, revoker, batch),
    headers: named({
      ...request.headers,
      ...(request.basic && { authorization: `Basic ${request.basic.user}:${request.basic.password}` }),
    }),
    body: bodyOf(step, batch.length),
  };
}

function shownUrl({ request }: ReadyHttpStep, revoker: ReadyRevoker, batch: readonly Credential[]): string {
  // Of a revoker by itself there is no credential: what it falls back on is shown.
  const [first] = batch;
  const { parts, picks } = first ? pickVariables(revoker, first) : { parts: revoker.defaults, picks: {} };
  const [, scheme = '', authority = '', rest = ''] = /^(https?:\/\/)?([^/?#]*)(.*)$/s.exec(request.url) ?? [];
  if (scheme === '') return nameVariables(request.url);
  const host = authority.replace(/\{\{(part|pick):([a-z0-9_-]+)\}\}/g, (whole, kind: string, name: string) => {
    const found: Readonly<Record<string, string>> = kind === 'part' ? parts : picks;
    return found[name] ?? whole;
  });
  // What was found beside it is a host, or the base of an API: whatever else it may be is not shown.
  const isPlain = /^(?:https?:\/\/)?[0-9A-Za-z.-]+(?::[0-9]+)?(?:\/[0-9A-Za-z._/-]*)?$/.test(host);
  const shown = !isPlain ? nameVariables(authority) : isHostFromText(request.url) ? host.replace(/^https?:\/\//, '') : host;
  return `${scheme}${shown}${nameVariables(rest)}`;
}

function bodyOf({ request: { body } }: ReadyHttpStep, count: number): string | null {
  if (!body) return null;
  if ('text' in body) return nameVariables(body.text);
  if ('form' in body) return new URLSearchParams(named(body.form)).toString().replace(/%7B/g, '{').replace(/%7D/g, '}');
  return JSON.stringify(namedJson(body.json, count));
}

function named(templates: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(templates).map(([name, template]) => [name, nameVariables(template)]));
}

function namedJson(json: Json, count: number): Json {
  if (json === '{{secrets}}') return [count === 1 ? '{secret}' : count === 0 ? '{secrets}' : `{${count} secrets}`];
  if (typeof json === 'string') return nameVariables(json);
  if (json === null || typeof json !== 'object') return json;
  if (Array.isArray(json)) return (json as readonly Json[]).map((item) => namedJson(item, count));
  return Object.fromEntries(Object.entries(json).map(([name, item]) => [name, namedJson(item as Json, count)]));
}

function plannedCredential(
  { id, pattern, secret, verdict, locations }: Credential,
  { describePlace }: PlanTerms,
): PlannedCredential {
  return {
    finding: id,
    pattern: pattern.id,
    name: pattern.name,
    redacted: secret.toString(),
    verdict: verdict.state,
    checkedAt: 'checkedAt' in verdict ? verdict.checkedAt : null,
    ...toldOf(verdict),
    where: [...new Set(locations.map(describePlace))].slice(0, mostPlaces),
    locations: locations.length,
  };
}
