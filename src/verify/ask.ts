import { secretsOf } from '../model/place.ts';
import type { Secret } from '../model/secret.ts';
import type { Asked, Told, Verdict } from '../model/verdict.ts';
import type { HttpVerification, ProtocolVerification, Step, Verification } from '../model/verification.ts';
import type { Protocol, ProtocolAnswer } from '../wire/protocol.ts';
import type { Destination, Wire } from '../wire/wire.ts';
import { type Answer, readAnswer } from './answer.ts';
import { patternHosts } from './hosts.ts';
import { pickVariables } from './pick.ts';
import { authorityOf, buildRequest, isHostFromText } from './request.ts';
import { describeRule, matchingRule } from './rules.ts';
import { readKept, readTold } from './tells.ts';
import { fill, plain, tokensOf, type Variables } from './template.ts';

/** What a verification is run on, and with. */
export interface Question {
  readonly provider: string;
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  /** It was alive where it is asked about now. */
  readonly isPlaceProven?: boolean;
}

export interface AskContext {
  readonly wire: Wire;
  /** Whether the user has said where this provider is: its default host is then no guess. */
  readonly isPlaceKnown: (provider: string) => boolean;
  readonly loadProtocol: (name: string) => Promise<Protocol>;
  readonly now: () => Date;
}

/** What came of asking once. `about` says what was refused, where the answer tells: the secret itself, or the pair that it makes with its parts. */
export interface Once {
  readonly verdict: Verdict;
  readonly about?: 'secret' | 'pair';
}

/** Asks a credential's provider whether it is alive. Never throws for what a provider, a network or a scanned text may do. */
export async function ask(verification: Verification, question: Question, context: AskContext): Promise<Verdict> {
  return (await askOnce(verification, question, context)).verdict;
}

/** The same, with what the answer is about. */
export async function askOnce(verification: Verification, question: Question, context: AskContext): Promise<Once> {
  const picked = pickVariables(verification, question);
  if ('protocol' in verification) return askProtocol(verification, question, picked, context);
  return { verdict: await askHttp(verification, question, picked, context) };
}

async function askHttp(
  verification: HttpVerification,
  question: Question,
  variables: Variables,
  context: AskContext,
): Promise<Verdict> {
  const verdicts: Verdict[] = [];
  const reached: number[] = [];
  for (const site of verification.sites.length > 0 ? verification.sites : [undefined]) {
    const { verdict, steps } = await askSite(
      verification,
      question,
      site === undefined ? variables : { ...variables, site },
      context,
    );
    verdicts.push(verdict);
    reached.push(steps);
    if (verdict.state === 'live') return withAsked(site === undefined ? verdict : { ...verdict, site }, verdicts);
  }
  // Where an early step succeeded is the site that the credential is of. Without that, it may be of any: only all of them
  // together say that it is dead.
  const furthest = Math.max(...reached);
  const telling = verdicts.filter((_, index) => reached[index] === furthest);
  return withAsked(telling.find(({ state }) => state === 'unknown') ?? (telling.at(-1) as Verdict), verdicts);
}

function withAsked(verdict: Verdict, all: readonly Verdict[]): Verdict {
  const asked = all.flatMap((one) => ('asked' in one ? (one.asked ?? []) : []));
  return verdict.state === 'unverifiable' || verdict.state === 'unasked' ? verdict : { ...verdict, asked };
}

async function askSite(
  verification: HttpVerification,
  question: Question,
  variables: Variables,
  context: AskContext,
): Promise<{ readonly verdict: Verdict; readonly steps: number }> {
  const kept: Record<string, string> = {};
  const run: Run = { verification, question, context, asked: [], variables: { ...variables, kept } };
  let steps = 0;
  let told: Told = {};
  let verdict = unknown('nothing was asked', run);
  for (const step of verification.steps) {
    const isLast = ++steps === verification.steps.length;
    const outcome = await takeStep(step, run);
    if ('reason' in outcome) {
      verdict = unknown(outcome.reason, run);
      break;
    }
    const { answer, url } = outcome;
    told = { ...told, ...readTold(step.tells, answer, run.variables, context.now(), secretsOf(question)) };
    verdict = judge(step, answer, url, run);
    const keeps = Object.entries(step.keep).map(([name, source]) => keep(name, readKept(source, answer, run.variables)));
    if (verdict.state === 'dead' && isGuessed(step, run)) verdict = unknown(elsewhere(url, question), run);
    if (verdict.state === 'live' && isLast) verdict = { ...told, ...verdict };
    if (isLast || verdict.state === 'dead') break;
    const isGranted = step.live.length > 0 ? verdict.state === 'live' : answer.status >= 200 && answer.status < 300;
    if (isGranted && !keeps.includes(false)) continue;
    if (verdict.state !== 'unknown') verdict = unknown(`${url.hostname} did not give what the next request needs`, run);
    break;
  }
  for (const step of verification.cleanup) {
    // Without what it takes back there is nothing to take back; how it went stands in the evidence.
    if (canBuild(step, run.variables)) await takeStep(step, run, 'cleanup');
  }
  return { verdict, steps };

  function keep(name: string, value: string | undefined): boolean {
    if (value === undefined) return false;
    kept[name] = value;
    return true;
  }
}

/**
 * Whether the hosted service was asked about what may be of a server of somebody's own: that it does not know the credential
 * then proves nothing.
 */
function isGuessed(step: Step, { verification, question, context }: Run): boolean {
  if (!verification.isSelfHosted || question.isPlaceProven || context.isPlaceKnown(question.provider)) return false;
  if (!isHostFromText(step.url)) return true;
  return (tokensOf(authorityOf(step.url)) ?? []).some(
    ({ kind, name }) => kind === 'part' && !Object.hasOwn(question.parts, name) && Object.hasOwn(verification.defaults, name),
  );
}

function elsewhere(url: URL, { provider }: Question): string {
  return `${url.hostname} does not know it, and no host stands beside it; where another server issued it, name that with --endpoint ${provider}=URL, else --endpoint ${provider}=${url.origin}`;
}

interface Run {
  readonly verification: HttpVerification;
  readonly question: Question;
  readonly context: AskContext;
  readonly asked: Asked[];
  readonly variables: Variables;
}

function canBuild(step: Step, variables: Variables): boolean {
  return 'value' in buildRequest(step, variables);
}

async function takeStep(
  step: Step,
  { verification, question, context, asked, variables }: Run,
  purpose: 'ask' | 'cleanup' = 'ask',
): Promise<{ readonly answer: Answer; readonly url: URL } | { readonly reason: string }> {
  const built = buildRequest(step, variables);
  if ('problem' in built) return { reason: built.problem };
  const { method, url, headers, body, shown } = built.value;
  const to: Destination = {
    provider: question.provider,
    hosts: built.value.isHostFromText ? patternHosts(verification) : [url.hostname],
    ...(verification.limits && { limits: verification.limits }),
  };
  const at = context.now().toISOString();
  const sent = await context.wire.send(
    { method, url, headers: { accept: 'application/json', ...headers }, ...(body !== undefined && { body }) },
    to,
    secretsOf(question),
  );
  // A redirect that was not followed is an answer, too, where a rule knows it.
  const got = 'failure' in sent ? sent.failure.answer : sent.answer;
  const answer = got && readAnswer(got);
  if ('failure' in sent && !(answer && isKnown(step, answer))) {
    asked.push({ at, method, url: shown, ...(answer && { status: answer.status }), outcome: sent.failure.detail });
    return { reason: sent.failure.detail };
  }
  if (!answer) return { reason: 'nothing came back' };
  const outcome = purpose === 'cleanup' ? 'taken back' : outcomeOf(step, answer);
  asked.push({ at, method, url: shown, status: answer.status, outcome });
  return { answer, url };
}

function isKnown(step: Step, answer: Answer): boolean {
  return Object.values(matches(step, answer)).some((rule) => rule !== undefined);
}

function outcomeOf(step: Step, answer: Answer): string {
  const { live, dead } = matches(step, answer);
  if (live && dead) return 'met the rule for live and the rule for dead';
  if (live) return `live: ${describeRule(live, answer.status)}`;
  if (dead) return `dead: ${describeRule(dead, answer.status)}`;
  return 'no rule was met';
}

function matches(step: Step, answer: Answer) {
  return {
    live: matchingRule(step.live, answer),
    dead: matchingRule(step.dead, answer),
    unknown: matchingRule(step.unknown, answer),
  };
}

/** What an answer proves. Life and death are both said only by a rule that was met, and by one of the two. */
function judge(step: Step, answer: Answer, url: URL, run: Run): Verdict {
  const { live, dead, unknown: known } = matches(step, answer);
  const { asked } = run;
  const checkedAt = run.context.now().toISOString();
  if (known) return unknown(known.why ?? `${url.hostname} answered ${answer.status}, which proves nothing`, run);
  if (live && dead) return unknown(`${url.hostname} answered ${answer.status} with marks of life and of death`, run);
  const rule = live ?? dead;
  if (!rule) return unknown(unmet(answer, url), run);
  const why = rule.why === undefined ? '' : `: ${rule.why}`;
  const evidence = `${url.hostname} answered ${describeRule(rule, answer.status)}${why}`;
  return { state: live ? 'live' : 'dead', checkedAt, evidence, asked };
}

function unmet(answer: Answer, url: URL): string {
  const what = answer.kind() === 'html' ? `${answer.status} and a web page` : String(answer.status);
  if (answer.status === 429) return `${url.hostname} answered 429: it was asked too often`;
  if (answer.status >= 500) return `${url.hostname} answered ${what}: it is out of order`;
  return `${url.hostname} answered ${what}, which proves neither life nor death`;
}

function unknown(reason: string, { context, asked }: Pick<Run, 'context' | 'asked'>): Verdict {
  return { state: 'unknown', checkedAt: context.now().toISOString(), reason, asked };
}

async function askProtocol(
  verification: ProtocolVerification,
  question: Question,
  variables: Variables,
  context: AskContext,
): Promise<Once> {
  const protocol = await context.loadProtocol(verification.protocol);
  const checkedAt = context.now().toISOString();
  const fields: Record<string, string> = {};
  for (const [name, template] of Object.entries(verification.with)) {
    const filled = fill(template, variables, plain);
    if ('value' in filled) fields[name] = filled.value;
    else if (protocol.needs.includes(name))
      return { verdict: { state: 'unknown', checkedAt, reason: filled.problem, asked: [] } };
  }
  const answer: ProtocolAnswer = await protocol.ask(fields, {
    wire: context.wire,
    to: {
      provider: question.provider,
      hosts: [...protocol.hosts, ...patternHosts(verification)],
      ...(verification.limits && { limits: verification.limits }),
    },
    hide: secretsOf(question),
    now: context.now,
  });
  if (answer.state === 'dead' && verification.isNeverDead) {
    const { evidence, about: _, ...told } = answer;
    return { verdict: { ...told, state: 'unknown', checkedAt, reason: `${evidence}; that proves nothing here` } };
  }
  const { about, ...said } = 'about' in answer ? answer : { ...answer, about: undefined };
  return { verdict: { ...said, checkedAt } as Verdict, ...(about && { about }) };
}
