import RE2 from 're2';
import type { HttpVerification, Json, Matcher, Rule, Source, Step, Verification } from '../model/verification.ts';
import { parsePath } from './json-path.ts';
import { authorityOf, isHostFromText } from './request.ts';
import { asksForContent } from './rules.ts';
import { tokensOf } from './template.ts';

/** What is wrong with a verification, and where in the pattern's `verify`. */
export interface VerifyProblem {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

/** What a verification may use: the names of the pattern's parts, and the protocols that there are. */
export interface Known {
  readonly parts: readonly string[];
  readonly protocols: readonly string[];
}

/** Everything that would make a verdict wrong, a request dangerous or an answer unread. Empty when there is nothing. */
export function lintVerification(verification: Verification, known: Known): readonly VerifyProblem[] {
  const problems: VerifyProblem[] = [];
  const report = (path: readonly PropertyKey[], message: string) => problems.push({ path, message });
  for (const [name, { of, regex }] of Object.entries(verification.pick)) {
    const wrong = regexProblem(regex);
    if (wrong) report(['pick', name], wrong);
    if (of !== 'secret' && !known.parts.includes(of.slice(5))) report(['pick', name], `no part is called ${of.slice(5)}`);
  }
  for (const name of Object.keys(verification.defaults)) {
    if (!known.parts.includes(name)) report(['defaults', name], `no part is called ${name}`);
  }
  const variables = { ...known, picks: Object.keys(verification.pick), kept: new Set<string>(), hasSites: false };
  if ('protocol' in verification) {
    if (!known.protocols.includes(verification.protocol))
      report(['protocol'], `there is no protocol ${verification.protocol}; known: ${known.protocols.join(', ')}`);
    for (const [name, template] of Object.entries(verification.with)) lintTemplate(['with', name], template, variables, report);
    return problems;
  }
  lintHttp(verification, { ...variables, hasSites: verification.sites.length > 0 }, report);
  return problems;
}

type Report = (path: readonly PropertyKey[], message: string) => void;

interface Scope extends Known {
  readonly picks: readonly string[];
  readonly kept: Set<string>;
  readonly hasSites: boolean;
}

function lintHttp(verification: HttpVerification, scope: Scope, report: Report): void {
  const isSingle = verification.steps.length === 1;
  for (const [index, step] of verification.steps.entries()) {
    const at = (...path: PropertyKey[]) => (isSingle ? path : ['steps', index, ...path]);
    const isLast = index === verification.steps.length - 1;
    lintRequest(step, at, scope, report);
    if (step.method !== 'GET' && step.method !== 'HEAD' && step.readOnly === undefined)
      report(
        at('request'),
        `${step.method} may change something; give readOnly the page of the documentation that says that this call does not, or ask by GET`,
      );
    if (isLast && (step.live.length === 0 || (step.dead.length === 0 && !step.isNeverDead)))
      report(at('request'), 'life and death both need a rule: add live and dead (or dead: never); everything else is unknown');
    if (!isLast && Object.keys(step.keep).length === 0)
      report(at('keep'), 'a step before the last must keep something for the next');
    for (const rule of step.live) lintLive(rule, at, report);
    for (const rule of step.dead) lintDead(rule, at, report);
    for (const rule of [...step.live, ...step.dead, ...step.unknown]) lintRule(rule, at, report);
    for (const [name, source] of [...Object.entries(step.keep), ...Object.entries(step.tells)])
      lintSource(source, at(Object.hasOwn(step.keep, name) ? 'keep' : 'tells', name), scope, report);
    for (const name of Object.keys(step.keep)) scope.kept.add(name);
  }
  for (const [index, step] of verification.cleanup.entries())
    lintRequest(step, (...path) => ['cleanup', index, ...path], scope, report);
}

function lintRequest(step: Step, at: (...path: PropertyKey[]) => readonly PropertyKey[], scope: Scope, report: Report): void {
  lintTemplate(at('request'), step.url, scope, report);
  const authority = authorityOf(step.url);
  if (!isHostFromText(step.url)) {
    if (!step.url.startsWith('https://'))
      report(at('request'), 'a credential is only sent over https; write the URL with https://');
    // Whoever picks the last two labels picks the owner of the host.
    const fixed = authority
      .replace(/\{\{\s*site\s*\}\}/, 'site.example.com')
      .split('.')
      .slice(-2);
    if (fixed.length < 2 || fixed.some((label) => label.includes('{{')))
      report(
        at('request'),
        'its host must end in a domain of the provider, at least two labels; a host from the text is one variable',
      );
  }
  for (const [name, template] of Object.entries(step.headers)) lintTemplate(at('headers', name), template, scope, report);
  if (step.basic) {
    lintTemplate(at('basic', 'user'), step.basic.user, scope, report);
    lintTemplate(at('basic', 'password'), step.basic.password, scope, report);
  }
  for (const template of step.body ? textsOf(step.body) : []) lintTemplate(at('body'), template, scope, report);
}

function textsOf(body: NonNullable<Step['body']>): readonly string[] {
  if ('text' in body) return [body.text];
  return 'form' in body ? Object.values(body.form) : stringsIn(body.json);
}

function stringsIn(json: Json): readonly string[] {
  if (typeof json === 'string') return [json];
  return json !== null && typeof json === 'object'
    ? Object.values(json as Readonly<Record<string, Json>>).flatMap(stringsIn)
    : [];
}

function lintTemplate(path: readonly PropertyKey[], template: string, scope: Scope, report: Report): void {
  const tokens = tokensOf(template);
  if (!tokens) {
    report(path, 'a variable is {{secret}}, {{part:NAME}}, {{pick:NAME}}, {{kept:NAME}} or {{site}}, with |base64 at most');
    return;
  }
  for (const { kind, name } of tokens) {
    if (kind === 'part' && !scope.parts.includes(name)) report(path, `no part is called ${name}`);
    if (kind === 'pick' && !scope.picks.includes(name)) report(path, `nothing is picked as ${name}`);
    if (kind === 'kept' && !scope.kept.has(name)) report(path, `no earlier step keeps ${name}`);
    if (kind === 'site' && !scope.hasSites) report(path, 'there are no sites');
    if (kind === 'admin' || kind === 'told' || kind === 'secrets') report(path, `{{${kind}}} is for taking back, not for asking`);
  }
}

function lintLive(rule: Rule, at: (...path: PropertyKey[]) => readonly PropertyKey[], report: Report): void {
  const hasBody = rule.status.some((status) => status >= 200 && status < 300 && status !== 204);
  if (hasBody && !asksForContent(rule) && rule.type === undefined)
    report(at('live'), 'a login page answers 200 as well: say what the body, a header or its type must be');
}

function lintDead(rule: Rule, at: (...path: PropertyKey[]) => readonly PropertyKey[], report: Report): void {
  const status = rule.status.find((one) => one === 429 || one >= 500);
  if (status !== undefined) report(at('dead'), `${status} says something of the provider, not of the credential`);
  const vague = rule.status.find((one) => one !== 401 && one !== 429 && one < 500);
  if (vague !== undefined && !asksForContent(rule))
    report(at('dead'), `${vague} alone proves no death: say by json, text or headers what the provider documents`);
}

function lintRule(rule: Rule, at: (...path: PropertyKey[]) => readonly PropertyKey[], report: Report): void {
  for (const [path, matcher] of Object.entries(rule.json)) {
    if (!parsePath(path))
      report(at('live'), `${JSON.stringify(path)} is no path into JSON; write user.id, items[0].id or errors[].code`);
    lintMatcher(matcher, at('live'), report);
  }
  for (const matcher of Object.values(rule.headers)) lintMatcher(matcher, at('live'), report);
  for (const text of rule.text) lintMatcher(text, at('live'), report);
}

function lintMatcher(matcher: Matcher, path: readonly PropertyKey[], report: Report): void {
  for (const one of Array.isArray(matcher) ? (matcher as readonly unknown[]) : [matcher]) {
    const wrong = typeof one === 'string' && one.startsWith('re:') ? regexProblem(one.slice(3)) : undefined;
    if (wrong) report(path, wrong);
  }
}

function lintSource(source: Source, path: readonly PropertyKey[], scope: Scope, report: Report): void {
  for (const from of source.from) {
    if (from.startsWith('json.')) {
      if (!parsePath(from.slice(5))) report(path, `${JSON.stringify(from.slice(5))} is no path into JSON`);
    } else if (from.includes('{{')) lintTemplate(path, from, scope, report);
    else if (!from.startsWith('header.'))
      report(path, `${JSON.stringify(from)} is no source; write json.PATH, header.NAME or a template`);
  }
}

function regexProblem(source: string): string | undefined {
  try {
    new RE2(source, 'u');
    return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return `the regex ${JSON.stringify(source)} is not valid RE2: ${error.message}`;
  }
}
