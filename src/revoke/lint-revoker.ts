import RE2 from 're2';
import type { Pattern } from '../model/pattern.ts';
import { isMortal, type Json, toldFields, type Verification } from '../model/verification.ts';
import { parsePath } from '../verify/json-path.ts';
import { authorityOf, isHostFromText } from '../verify/request.ts';
import { tokensOf } from '../verify/template.ts';
import { matchesHost } from '../wire/hosts.ts';
import type { ReadyHttpStep, ReadyRevoker, ReadyStep } from './revoker-schema.ts';

/** Everything that would let a revoker take the wrong thing, say the wrong thing, or send a value where it does not belong. */
export function lintRevoker(revoker: ReadyRevoker, patterns: readonly Pattern[]): readonly string[] {
  const problems: string[] = [];
  const own = revoker.patterns.flatMap((id) => {
    const pattern = patterns.find((one) => one.id === id);
    if (!pattern) problems.push(`there is no pattern ${id}`);
    else if (pattern.revoker !== revoker.provider) problems.push(`the pattern ${id} does not say revoker: ${revoker.provider}`);
    return pattern ? [pattern] : [];
  });
  for (const id of revoker.children ?? [])
    if (!patterns.some((one) => one.id === id && one.provider === revoker.provider))
      problems.push(`children: the provider has no pattern ${id}`);
  if (revoker.authority === 'none' ? revoker.admin : revoker.authority === 'admin' && !revoker.admin)
    problems.push('what is needed of ours is said by admin: always with authority admin, never with authority none');
  for (const [name, { of, regex }] of Object.entries(revoker.pick)) {
    const wrong = regexProblem(regex);
    if (wrong !== undefined) problems.push(`pick ${name}: ${wrong}`);
    if (of !== 'secret' && !hasPart(of.slice(5), own)) problems.push(`pick ${name}: not every pattern has a part ${of.slice(5)}`);
  }
  for (const [task, steps] of Object.entries(revoker.tasks)) {
    const kept = new Set<string>();
    if (!steps.some(({ kind }) => kind === 'act')) problems.push(`${task}: no step acts`);
    if (steps.at(-1)?.kind !== 'act') problems.push(`${task}: a look-up at the end finds something for nobody`);
    for (const [index, step] of steps.entries()) {
      for (const problem of lintStep(step, { revoker, own, kept })) problems.push(`${task}, step ${index + 1}: ${problem}`);
      if ('request' in step) for (const name of keptBy(step)) kept.add(name);
    }
    if (revoker.batch.max > 1 && steps.some(({ kind }) => kind === 'look-up'))
      problems.push(`${task}: what is looked up is one credential's; with batch.max above 1 there is none`);
    if (revoker.admin && !steps.some(usesAdmin)) problems.push(`${task}: no step uses {{admin}}`);
  }
  return [...problems, ...lintConfirm(revoker, own)];
}

/** What is told by the provider's own records has to be about this credential, and about its death. */
function lintConfirm(revoker: ReadyRevoker, own: readonly Pattern[]): readonly string[] {
  const { confirm, batch } = revoker;
  if (!confirm) return [];
  const problems: string[] = [];
  const kept = new Set<string>();
  for (const [index, step] of confirm.entries()) {
    const isLast = index === confirm.length - 1;
    for (const problem of lintStep(step, { revoker, own, kept }))
      if (!isLast || problem !== nothingFound) problems.push(`confirm, step ${index + 1}: ${problem}`);
    if (step.kind !== 'look-up') problems.push(`confirm, step ${index + 1}: it only looks`);
    if ('request' in step) for (const name of keptBy(step)) kept.add(name);
  }
  const last = confirm.at(-1);
  if (!last || !('request' in last) || (last.gone.length === 0 && !last.find))
    problems.push('confirm: the last look-up says by gone or find what tells death');
  if (!confirm.some(usesAdmin)) problems.push('confirm: a credential that is dead looks at nothing; it takes {{admin}}');
  if (batch.max > 1) problems.push('confirm: what is looked up is one credential’s; with batch.max above 1 there is none');
  for (const { id, verify } of own)
    if (isMortal(verify)) problems.push(`confirm: the pattern ${id} is asked about itself, which proves more`);
  return problems;
}

const nothingFound = 'a look-up must keep or find something';

interface Scope {
  readonly revoker: ReadyRevoker;
  readonly own: readonly Pattern[];
  readonly kept: ReadonlySet<string>;
}

function lintStep(step: ReadyStep, scope: Scope): readonly string[] {
  const problems = templatesOf(step).flatMap(([place, template]) => lintTemplate(place, template, scope));
  if (!('request' in step)) return problems;
  const { method, url } = step.request;
  const { revoker, own } = scope;
  if (!isHostFromText(url)) {
    const authority = authorityOf(url).replace(/:[0-9]+$/, '');
    const sites = authority.includes('{{site}}') ? new Set(own.flatMap(({ verify }) => sitesOf(verify) ?? revoker.hosts)) : [''];
    if (!url.startsWith('https://')) problems.push('a request is only sent over https');
    for (const site of sites) {
      const host = authority.replaceAll('{{site}}', site).replace(/\{\{[^{}]*\}\}/g, 'x');
      if (!revoker.hosts.some((pattern) => matchesHost(pattern, host))) problems.push(`${host} is not among hosts`);
    }
  } else if (revoker.hosts.length === 0 && Object.keys(revoker.defaults).length === 0)
    problems.push('the host comes from the text, and neither hosts nor defaults name one');
  // Whoever wrote the text chose the host: behind a wildcard it may be a customer's own.
  if (isHostFromText(url) && revoker.hosts.some((host) => host.startsWith('*.')) && usesAdmin(step))
    problems.push('a credential of ours goes to no host from the text that hosts only name by a wildcard');
  if (step.kind === 'look-up') {
    if (!['GET', 'HEAD', 'POST'].includes(method)) problems.push(`a look-up changes nothing, and ${method} does`);
    if (keptBy(step).length === 0 && !step.find) problems.push(nothingFound);
    if (step.find && Object.keys(step.find.where).length === 0 && step.find.masked === undefined)
      problems.push('find must say by where or masked which element is the credential’s own');
  } else if (step.find || Object.keys(step.keep).length > 0) problems.push('only a look-up keeps or finds');
  for (const rule of [...step.accepted, ...step.gone]) {
    const wrong = rule.status.find((one) => one === 429 || one >= 500);
    if (wrong !== undefined) problems.push(`${wrong} says something of the provider, and nothing of what was done`);
    for (const path of Object.keys(rule.json))
      if (!parsePath(path)) problems.push(`${JSON.stringify(path)} is no path into JSON`);
    for (const text of [...rule.text, ...Object.values(rule.json), ...Object.values(rule.headers)].flat()) {
      const bad = typeof text === 'string' && text.startsWith('re:') ? regexProblem(text.slice(3)) : undefined;
      if (bad !== undefined) problems.push(bad);
    }
  }
  const refused = step.accepted.flatMap(({ status }) => status).find((one) => one >= 400);
  if (refused !== undefined)
    problems.push(`${refused} is no acceptance; where it means that nothing was left to do, say it by gone`);
  const { find, page } = step;
  if (page && !find) problems.push('pages are only turned to find something');
  const ofPage = page
    ? [...('total' in page ? [page.total] : []), ...('more' in page && page.more !== undefined ? [page.more] : [])]
    : [];
  const paths = find ? [...ofPage, find.in, ...Object.keys(find.where), find.masked ?? find.in, ...Object.values(find.keep)] : [];
  for (const path of paths) if (!parsePath(path)) problems.push(`${JSON.stringify(path)} is no path into JSON`);
  return problems;
}

function lintTemplate(place: string, template: string, { revoker, own, kept }: Scope): readonly string[] {
  const tokens = tokensOf(template);
  if (!tokens) return [`${place}: what stands between the braces is no variable`];
  const isBatch = revoker.batch.max > 1;
  return tokens.flatMap(({ kind, name }): readonly string[] => {
    const say = (problem: string) => [`${place}: ${problem}`];
    switch (kind) {
      case 'part':
        return hasPart(name, own) || Object.hasOwn(revoker.defaults, name) ? [] : say(`not every pattern has a part ${name}`);
      case 'pick':
        return Object.hasOwn(revoker.pick, name) ? [] : say(`nothing is picked as ${name}`);
      case 'kept':
        return kept.has(name) ? [] : say(`no look-up before it keeps ${name}`);
      case 'told':
        if (isBatch) return say('what a provider told is one credential’s; with batch.max above 1 there is none');
        return own.every(({ verify }) => tells(verify, name)) ? [] : say(`not every pattern's provider tells its ${name}`);
      case 'admin':
        return revoker.admin ? [] : say('{{admin}} needs admin');
      case 'secret':
        return isBatch ? say('with batch.max above 1 it is {{secrets}}, in a JSON body') : [];
      case 'secrets':
        return place === 'body' && template === '{{secrets}}' && isBatch
          ? []
          : say('{{secrets}} stands alone in its place of a JSON body, with batch.max above 1');
      case 'site':
        if (isBatch) return say('a site is one credential’s; with batch.max above 1 there is none');
        return own.every(({ verify }) => sitesOf(verify)?.length !== 0)
          ? []
          : say('not every pattern is asked about at several sites');
      default:
        return kind satisfies never;
    }
  });
}

/** Every template of a step, with the place that it stands in. */
export function templatesOf(step: ReadyStep): readonly (readonly [place: string, template: string])[] {
  if (!('request' in step)) return Object.values(step.with).map((text) => ['with', text]);
  const { url, headers, basic, body } = step.request;
  const inBody = !body ? [] : 'text' in body ? [body.text] : 'form' in body ? Object.values(body.form) : stringsIn(body.json);
  return [
    ['request', url],
    ...Object.values(headers).map((text) => ['headers', text] as const),
    ...(basic ? [['basic', basic.user] as const, ['basic', basic.password] as const] : []),
    ...inBody.map((text) => ['body', text] as const),
    ...Object.values(step.find?.where ?? {}).map((text) => ['find', text] as const),
    ...Object.values(step.keep).flatMap(({ from }) =>
      from.filter((text) => text.includes('{{')).map((text) => ['keep', text] as const),
    ),
  ];
}

function stringsIn(json: Json): readonly string[] {
  if (typeof json === 'string') return [json];
  return json !== null && typeof json === 'object'
    ? Object.values(json as Readonly<Record<string, Json>>).flatMap(stringsIn)
    : [];
}

function keptBy({ keep, find }: ReadyHttpStep): readonly string[] {
  return [...Object.keys(keep), ...Object.keys(find?.keep ?? {})];
}

function hasPart(name: string, own: readonly Pattern[]): boolean {
  return own.every(({ parts }) => parts.some((part) => part.name === name));
}

function tells(verify: Verification | undefined, name: string): boolean {
  if (!toldFields.some((field) => field === name)) return false;
  // What a protocol or the value itself tells stands in no declaration.
  if (!verify || 'protocol' in verify) return true;
  return verify.steps.some((step) => Object.hasOwn(step.tells, name));
}

function usesAdmin(step: ReadyStep): boolean {
  return templatesOf(step).some(([, text]) => text.includes('{{admin'));
}

/** Undefined where a protocol tells the site: one that is not among the hosts is refused when it is sent to. */
function sitesOf(verify: Verification | undefined): readonly string[] | undefined {
  if (!verify) return [];
  return 'steps' in verify ? verify.sites : undefined;
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
