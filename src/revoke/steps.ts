import type { Credential } from '../model/revocation.ts';
import type { Secret } from '../model/secret.ts';
import { type Told, toldTexts } from '../model/verdict.ts';
import { type Answer, readAnswer } from '../verify/answer.ts';
import { valuesAt } from '../verify/json-path.ts';
import { pickVariables } from '../verify/pick.ts';
import { buildRequest, nameVariables } from '../verify/request.ts';
import { describeRule, matchingRule } from '../verify/rules.ts';
import { readKept } from '../verify/tells.ts';
import { fill, plain, type Variables } from '../verify/template.ts';
import { isUndone } from '../wire/failure.ts';
import type { HttpRequest } from '../wire/http.ts';
import type { Acted, Transport } from '../wire/transport.ts';
import type { Wire } from '../wire/wire.ts';
import { hasEndsOf } from './masked.ts';
import { mostPages, type NextPage, nextPage } from './pages.ts';
import type { ReadyHttpStep, ReadyRevoker, ReadyStep } from './revoker-schema.ts';

export interface StepContext {
  readonly wire: Wire;
  readonly loadTransport: (name: string) => Promise<Transport>;
  readonly now: () => Date;
}

/** What a run of steps is about: one credential, or all of a batch. */
export interface Subject {
  readonly revoker: ReadyRevoker;
  readonly members: readonly Credential[];
  readonly variables: Variables;
  /** What no phrase may show. */
  readonly hide: readonly Secret[];
}

/** The subject of a run of steps. `told` is what the provider said of the one credential just now. */
export function subjectOf(
  revoker: ReadyRevoker,
  members: readonly Credential[],
  { admin, told }: { readonly admin?: Secret | undefined; readonly told?: Told | undefined },
): Subject {
  const [first] = members as readonly [Credential, ...Credential[]];
  const variables: Variables = {
    ...pickVariables(revoker, first),
    secrets: members.map(({ secret }) => secret.reveal()),
    ...(admin && { admin: admin.reveal() }),
    ...(told && { told: toldTexts(told) }),
    ...(told?.site !== undefined && { site: told.site }),
  };
  const hide = [...members.flatMap(({ secret, parts }) => [secret, ...Object.values(parts)]), ...(admin ? [admin] : [])];
  return { revoker, members, variables, hide };
}

/** Takes one step. Never throws for what a provider or a network may do. */
export async function takeStep(step: ReadyStep, subject: Subject, context: StepContext): Promise<Acted> {
  return 'request' in step ? request(step, subject, context) : transport(step, subject, context);
}

/** A step's call as it may be shown and written down: names in the place of values. */
export function callOf(step: ReadyStep, revoker: ReadyRevoker): string {
  if (!('request' in step)) return `${step.transport}: ${step.action}`;
  return `${step.request.method} ${nameVariables(withDefaults(step.request.url, revoker))}`;
}

function withDefaults(template: string, { defaults }: ReadyRevoker): string {
  return template.replace(/\{\{part:([a-z0-9_-]+)\}\}/g, (whole, name: string) => defaults[name] ?? whole);
}

async function request(step: ReadyHttpStep, { revoker, variables, hide }: Subject, { wire }: StepContext): Promise<Acted> {
  const built = buildRequest(step.request, variables);
  if ('problem' in built) return { outcome: 'refused', evidence: `nothing was sent: ${built.problem}` };
  const { method, url, headers, body } = built.value;
  const whole = { method, url, headers: { accept: 'application/json', ...headers }, ...(body !== undefined && { body }) };
  const answers: Answer[] = [];
  /** What asked for pages that were read: a list that goes in circles has no end. */
  const asked = new Set<string>();
  let next: NextPage | undefined;
  for (;;) {
    const told = await exchange(next ? turned(whole, next) : whole, step, { revoker, hide, wire });
    if (!('answer' in told)) return told;
    answers.push(told.answer);
    const { find, page } = step;
    if (!find || !page) break;
    const counts = answers.map((one) => valuesAt(one.json(), find.in).flat().length);
    const soFar = { pages: answers.length, elements: counts.reduce((sum, one) => sum + one, 0), onLast: counts.at(-1) ?? 0 };
    const turn = nextPage(page, told.answer, soFar, variables);
    if (turn === undefined) break;
    const problem =
      'problem' in turn
        ? turn.problem
        : asked.has(turn.value)
          ? 'comes back to a page that it gave before'
          : answers.length >= mostPages
            ? `has more than ${mostPages} pages`
            : undefined;
    if (problem !== undefined || 'problem' in turn)
      return {
        outcome: 'refused',
        evidence: `not proven to be this one: the list of ${url.hostname} ${problem}: nothing was done`,
      };
    asked.add(turn.value);
    next = turn;
  }
  const brought = found(step, answers as [Answer, ...Answer[]], variables, url);
  const [first] = answers as [Answer, ...Answer[]];
  return 'kept' in brought ? { ...(knownAnswer(step, first, url) as Acted & { outcome: 'accepted' }), ...brought } : brought;
}

/** The request for another page: its host and its path are those of the first. */
function turned(request: HttpRequest, { in: place, name, value }: NextPage): HttpRequest {
  if (place === 'header') return { ...request, headers: { ...request.headers, [name]: value } };
  const url = new URL(request.url);
  url.searchParams.set(name, value);
  return { ...request, url };
}

/** Sends a request of a step: an answer that its rules accept, or what came of it otherwise. */
async function exchange(
  request: HttpRequest,
  step: ReadyHttpStep,
  { revoker, hide, wire }: Pick<Subject, 'revoker' | 'hide'> & Pick<StepContext, 'wire'>,
): Promise<{ readonly answer: Answer } | Acted> {
  const { provider, hosts, limits } = revoker;
  const { url } = request;
  const sent = await wire.send(
    request,
    {
      provider,
      hosts,
      ...(limits && {
        limits: {
          ...(limits.concurrency !== undefined && { concurrency: limits.concurrency }),
          ...(limits.perSecond !== undefined && { perSecond: limits.perSecond }),
        },
      }),
    },
    hide,
  );
  const got = 'failure' in sent ? sent.failure.answer : sent.answer;
  const answer = got && readAnswer(got);
  const known = answer && knownAnswer(step, answer, url);
  if (known?.outcome === 'accepted') return { answer: answer as Answer };
  if (known) return known;
  if ('failure' in sent) {
    const { kind, detail } = sent.failure;
    return { outcome: isUndone(kind) ? 'refused' : 'in-doubt', evidence: detail };
  }
  const { status } = sent.answer;
  // What goes wrong inside a provider may do so before or after the effect.
  return { outcome: status >= 500 ? 'in-doubt' : 'refused', evidence: `${url.hostname} answered ${status}` };
}

function knownAnswer(
  step: ReadyHttpStep,
  answer: Answer,
  { hostname }: URL,
): Extract<Acted, { outcome: 'accepted' | 'gone' }> | undefined {
  const gone = matchingRule(step.gone, answer);
  const rule = gone ?? matchingRule(step.accepted, answer);
  if (!rule) return undefined;
  const why = rule.why === undefined ? '' : `: ${rule.why}`;
  return { outcome: gone ? 'gone' : 'accepted', evidence: `${hostname} answered ${describeRule(rule, answer.status)}${why}` };
}

/** What a look-up brought. An element counts only when it is the only one: with a second there is no telling whose it is. */
function found(
  step: ReadyHttpStep,
  answers: readonly [Answer, ...Answer[]],
  variables: Variables,
  { hostname }: URL,
): { readonly kept: Readonly<Record<string, string>> } | Extract<Acted, { outcome: 'refused' | 'in-doubt' }> {
  const kept: Record<string, string> = {};
  for (const [name, source] of Object.entries(step.keep)) {
    const value = readKept(source, answers[0], variables);
    if (value === undefined)
      return { outcome: 'refused', evidence: `${hostname} did not tell its ${name}, without which nothing is done` };
    kept[name] = value;
  }
  if (!step.find) return { kept };
  const { in: list } = step.find;
  const elements = answers.flatMap((answer) => valuesAt(answer.json(), list).flat());
  const wanted: (readonly [path: string, value: string])[] = [];
  for (const [path, template] of Object.entries(step.find.where)) {
    const filled = fill(template, variables, plain);
    if ('problem' in filled) return { outcome: 'refused', evidence: `nothing was looked up: ${filled.problem}` };
    wanted.push([path, filled.value]);
  }
  const { masked } = step.find;
  const secret = variables.secret ?? '';
  const own = elements.filter(
    (element) =>
      wanted.every(([path, value]) => valuesAt(element, path).some((one) => textOf(one) === value)) &&
      (masked === undefined || valuesAt(element, masked).some((one) => hasEndsOf(textOf(one) ?? '', secret))),
  );
  if (own.length !== 1)
    return {
      outcome: 'refused',
      ...(own.length === 0 && { isMissing: true }),
      evidence:
        own.length === 0
          ? `${hostname} lists ${elements.length}, and none of them is this one: nothing was done`
          : `${hostname} lists ${own.length} that may be this one, and nothing tells which: nothing was done`,
    };
  for (const [name, path] of Object.entries(step.find.keep)) {
    const value = textOf(valuesAt(own[0], path)[0]);
    if (value === undefined || value === '')
      return { outcome: 'refused', evidence: `${hostname} did not tell its ${name}, without which nothing is done` };
    kept[name] = value;
  }
  return { kept };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}

async function transport(
  step: Extract<ReadyStep, { readonly transport: string }>,
  { revoker, variables, hide }: Subject,
  { wire, loadTransport, now }: StepContext,
): Promise<Acted> {
  const { actions } = await loadTransport(step.transport);
  const action = actions[step.action];
  if (!action) throw new Error(`the transport ${step.transport} has no action ${step.action}`);
  const fields: Record<string, string> = {};
  for (const [name, template] of Object.entries(step.with)) {
    const filled = fill(template, variables, plain);
    if ('value' in filled) fields[name] = filled.value;
    else if (action.needs.includes(name)) return { outcome: 'refused', evidence: `nothing was sent: ${filled.problem}` };
  }
  return action.act(fields, { wire, to: { provider: revoker.provider, hosts: revoker.hosts }, hide, now });
}
