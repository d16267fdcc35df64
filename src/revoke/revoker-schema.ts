import { z } from 'zod';
import type { Paging, Revoker, RevokeStep, RuleInput } from '../model/revoker.ts';
import { type Method, methods, type Pick, type Rule, type Source } from '../model/verification.ts';
import type { RequestTemplate } from '../verify/request.ts';

/** A revoker as it is run: what its file says, defaults filled in. */
export interface ReadyRevoker extends Omit<Revoker, 'revoke' | 'reversible' | 'pick' | 'defaults' | 'takesUpTo' | 'confirm'> {
  readonly pick: Readonly<Record<string, Pick>>;
  readonly defaults: Readonly<Record<string, string>>;
  readonly tasks: Readonly<Partial<Record<Task, readonly ReadyStep[]>>> & { readonly revoke: readonly ReadyStep[] };
  /** How long what was switched off can be switched on again; undefined where that has no end. */
  readonly undoForMs?: number;
  readonly takesUpToMs: number;
  readonly confirm?: readonly ReadyStep[];
}

/** What can be done to a credential. */
export type Task = 'revoke' | 'disable' | 'enable';

export type ReadyStep = ReadyHttpStep | Extract<RevokeStep, { readonly transport: string }>;

export interface ReadyHttpStep {
  readonly does: string;
  readonly kind: 'look-up' | 'act';
  readonly request: RequestTemplate;
  readonly accepted: readonly Rule[];
  readonly gone: readonly Rule[];
  readonly keep: Readonly<Record<string, Source>>;
  readonly find?: {
    readonly in: string;
    readonly where: Readonly<Record<string, string>>;
    readonly masked?: string;
    readonly keep: Readonly<Record<string, string>>;
  };
  readonly page?: Paging;
}

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const matcher = z.union([scalar, z.array(scalar).min(1)]);
const status = z.int().min(100).max(599);
const rule = z.strictObject({
  status: z.union([status, z.array(status).min(1)]),
  headers: z.record(z.string(), matcher).optional(),
  json: z.record(z.string(), matcher).optional(),
  text: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).optional(),
  why: z.string().min(1).max(200).optional(),
});
const rules = z.union([rule, z.array(rule).min(1)]);
const texts = z.record(z.string(), z.string());
const source = z.union([
  z.string().min(1),
  z.strictObject({ from: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]).transform((one) => [one].flat()) }),
]);
type JsonInput = z.infer<typeof scalar> | JsonInput[] | { [key: string]: JsonInput };
const json: z.ZodType<JsonInput> = z.lazy(() => z.union([scalar, z.array(json), z.record(z.string(), json)]));

const as = z.string().regex(/^(?:query|header)\.\S+$/, 'must be query.NAME or header.NAME');
const page = z.union([
  z.strictObject({ next: z.string().regex(/^(?:json|header)\.\S+$/), as, more: z.string().min(1).optional() }),
  z.strictObject({ counts: z.literal('pages'), first: z.int().min(0), as, size: z.int().min(1) }),
  z.strictObject({ counts: z.literal('elements'), as, size: z.int().min(1) }),
  z.strictObject({ counts: z.literal('pages'), first: z.int().min(0), as, total: z.string().min(1) }),
  z.strictObject({ counts: z.literal('elements'), as, total: z.string().min(1) }),
]);

const sentence = z.string().min(3).max(400);
const step = z.union([
  z.strictObject({
    does: sentence,
    kind: z.enum(['look-up', 'act']),
    request: z.string().regex(new RegExp(`^(?:${methods.join('|')}) \\S+$`), 'must be a method and a URL'),
    headers: texts.optional(),
    basic: z.strictObject({ user: z.string(), password: z.string() }).optional(),
    body: z
      .union([
        z.strictObject({ json }),
        z.strictObject({ form: texts }),
        z.strictObject({ text: z.string(), type: z.string().min(1) }),
      ])
      .optional(),
    accepted: rules,
    gone: rules.optional(),
    keep: z.record(z.string(), source).optional(),
    find: z.strictObject({ in: z.string().min(1), where: texts, masked: z.string().min(1).optional(), keep: texts }).optional(),
    page: page.optional(),
  }),
  z.strictObject({
    does: sentence,
    kind: z.enum(['look-up', 'act']),
    transport: z.string().min(1),
    action: z.string().min(1),
    with: texts,
    onlyWith: z.literal('admin').optional(),
  }),
]);

const duration = z.string().regex(/^[1-9][0-9]{0,4}[smhd]$/, 'must be a duration such as 10m, 1h or 30d');

const revoker = z.strictObject({
  provider: z.string().regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/),
  patterns: z.array(z.string().min(1)).min(1),
  docs: z.array(z.url({ protocol: /^https$/ })).min(1),
  hosts: z.array(z.string().regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host, or *. and a domain')),
  authority: z.enum(['none', 'self', 'admin']),
  admin: z.strictObject({ what: sentence, env: z.string().regex(/^[A-Z][A-Z0-9_]+$/) }).optional(),
  batch: z.strictObject({ max: z.int().min(1).max(10_000) }),
  limits: z
    .strictObject({
      concurrency: z.int().min(1).optional(),
      perSecond: z.number().positive().optional(),
      perHour: z.int().min(1).optional(),
    })
    .optional(),
  pick: z
    .record(
      z.string(),
      z.union([z.string().min(1), z.strictObject({ of: z.string().regex(/^(?:secret|part:\S+)$/), regex: z.string().min(1) })]),
    )
    .optional(),
  defaults: texts.optional(),
  cascade: sentence.optional(),
  survives: sentence.optional(),
  children: z.array(z.string().min(1)).min(1).optional(),
  mints: z.boolean().optional(),
  revoke: z.array(step).min(1).max(10),
  reversible: z
    .strictObject({ disable: z.array(step).min(1).max(10), enable: z.array(step).min(1).max(10), undoFor: duration.optional() })
    .optional(),
  takesUpTo: duration.optional(),
  confirm: z.array(step).min(1).max(10).optional(),
});

/** Whether a step is done, and shown, with an authority. */
export function isStepOf(step: ReadyStep, authority: 'none' | 'self' | 'admin' | 'person'): boolean {
  return !('transport' in step) || step.onlyWith === undefined || step.onlyWith === authority;
}

const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A duration as revokers write it, in milliseconds. */
function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * unitMs[text.at(-1) as keyof typeof unitMs];
}

/** Brings what a file of `revokers/` exports into the form that is run; a message that says what is wrong where it is none. */
export function readyRevoker(exported: unknown): { readonly value: ReadyRevoker } | { readonly problem: string } {
  const read = revoker.safeParse(exported);
  if (!read.success) return { problem: z.prettifyError(read.error) };
  const { revoke, reversible, pick = {}, defaults = {}, takesUpTo = '10m', confirm, ...rest } = read.data as Revoker;
  return {
    value: {
      ...rest,
      pick: Object.fromEntries(
        Object.entries(pick).map(([name, one]) => [name, typeof one === 'string' ? { of: 'secret', regex: one } : one]),
      ),
      defaults,
      tasks: {
        revoke: revoke.map(readyStep),
        ...(reversible && { disable: reversible.disable.map(readyStep), enable: reversible.enable.map(readyStep) }),
      },
      ...(reversible?.undoFor !== undefined && { undoForMs: durationMs(reversible.undoFor) }),
      takesUpToMs: durationMs(takesUpTo),
      ...(confirm && { confirm: confirm.map(readyStep) }),
    },
  };
}

function readyStep(one: RevokeStep): ReadyStep {
  if ('transport' in one) return one;
  const space = one.request.indexOf(' ');
  return {
    does: one.does,
    kind: one.kind,
    request: {
      method: methods.find((method) => method === one.request.slice(0, space)) as Method,
      url: one.request.slice(space + 1),
      headers: lowerCased(one.headers ?? {}),
      ...(one.basic && { basic: one.basic }),
      ...(one.body && { body: one.body }),
    },
    accepted: readyRules(one.accepted),
    gone: one.gone === undefined ? [] : readyRules(one.gone),
    keep: Object.fromEntries(
      Object.entries(one.keep ?? {}).map(([name, from]) => [name, typeof from === 'string' ? { from: [from] } : from]),
    ),
    ...(one.find && { find: one.find }),
    ...(one.page && { page: one.page }),
  };
}

function readyRules(given: readonly RuleInput[] | RuleInput): readonly Rule[] {
  return [given].flat().map((one: RuleInput) => ({
    status: [one.status].flat(),
    headers: lowerCased(one.headers ?? {}),
    json: one.json ?? {},
    text: one.text === undefined ? [] : [one.text].flat(),
    ...(one.why !== undefined && { why: one.why }),
  }));
}

function lowerCased<T>(headers: Readonly<Record<string, T>>): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}
