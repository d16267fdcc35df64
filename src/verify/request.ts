import type { Body, Json, Step } from '../model/verification.ts';
import {
  bodyText,
  type Filled,
  fill,
  headerValue,
  hostLabel,
  pathSegment,
  plain,
  queryValue,
  type Token,
  tokensOf,
  type Variables,
} from './template.ts';

/** A request as it will be sent, and as it may be shown. */
export interface BuiltRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The URL with the names of variables in the place of their values; only the host is told. */
  readonly shown: string;
  /** Whether the scanned text named the host, all of it. */
  readonly isHostFromText: boolean;
}

/** What a request is made of. */
export type RequestTemplate = Pick<Step, 'method' | 'url' | 'headers' | 'basic' | 'body'>;

/** A step's request with the credential in it. No value can change more of it than its own place. */
export function buildRequest(step: RequestTemplate, variables: Variables): Filled<BuiltRequest> {
  const target = buildUrl(step.url, variables);
  if ('problem' in target) return target;
  const headers: Record<string, string> = {};
  for (const [name, template] of Object.entries(step.headers)) {
    const filled = fill(template, variables, headerValue);
    if ('problem' in filled) return filled;
    headers[name] = filled.value;
  }
  if (step.basic) {
    const user = fill(step.basic.user, variables, plain);
    if ('problem' in user) return user;
    const password = fill(step.basic.password, variables, plain);
    if ('problem' in password) return password;
    // https://www.rfc-editor.org/rfc/rfc7617#section-2
    if (user.value.includes(':')) return { problem: 'its user name holds a colon, which Basic authentication cannot say' };
    headers.authorization = `Basic ${Buffer.from(`${user.value}:${password.value}`).toString('base64')}`;
  }
  const body = step.body ? buildBody(step.body, variables) : undefined;
  if (body && 'problem' in body) return body;
  if (body) headers['content-type'] ??= body.value.type;
  return { value: { method: step.method, ...target.value, headers, ...(body && { body: body.value.text }) } };
}

/** Whether a URL template takes the whole of its host from the text: a variable that is a URL or a host. */
export function isHostFromText(template: string): boolean {
  const authority = authorityOf(template);
  const tokens = tokensOf(authority);
  return /^\{\{[^{}]*\}\}(?::[0-9]+)?$/.test(authority) && tokens?.[0]?.kind !== 'site';
}

/** The template of a URL's host and port; of a template that is a variable, the variable. */
export function authorityOf(template: string): string {
  return /^(?:https?:\/\/)?([^/?#]*)/.exec(template)?.[1] ?? '';
}

function buildUrl(template: string, variables: Variables): Filled<Pick<BuiltRequest, 'url' | 'shown' | 'isHostFromText'>> {
  const authority = authorityOf(template);
  const scheme = /^https?:\/\//.exec(template)?.[0] ?? '';
  const [path = '', query] = splitOnce(template.slice(scheme.length + authority.length), '?');
  const filledPath = fill(path, variables, pathSegment);
  if ('problem' in filledPath) return filledPath;
  const filledQuery = query === undefined ? { value: '' } : fill(query, variables, queryValue);
  if ('problem' in filledQuery) return filledQuery;

  const fromText = isHostFromText(template);
  const base = fromText ? baseFromText(scheme, authority, variables) : baseFromPattern(scheme, authority, variables);
  if ('problem' in base) return base;
  const url = new URL(base.value);
  if (path !== '') {
    const wanted = `${url.pathname.replace(/\/$/, '')}${filledPath.value}`;
    url.pathname = wanted;
    // The URL parser resolves dots, also encoded ones: a path that it had to mend is not the one that was declared.
    if (url.pathname !== wanted) return { problem: 'it would change the path of the request' };
  }
  if (query !== undefined) url.search = filledQuery.value;
  const rest = `${path}${query === undefined ? '' : `?${query}`}`;
  // Of a URL that is the secret itself, no part of the path can be shown.
  const shown = `${url.protocol}//${url.host}${scheme === '' ? '/…' : ''}${nameVariables(rest)}`;
  return { value: { url, shown, isHostFromText: fromText } };
}

function baseFromPattern(scheme: string, authority: string, variables: Variables): Filled {
  const host = fill(authority, variables, (value, { kind }: Token) => (kind === 'site' ? { value } : hostLabel(value)));
  return 'problem' in host ? host : { value: `${scheme}${host.value}` };
}

/** A host, `host:port` or a URL that was found in the text. Whether it may be asked is decided where the request is sent. */
function baseFromText(scheme: string, authority: string, variables: Variables): Filled {
  const filled = fill(authority, variables, plain);
  if ('problem' in filled) return filled;
  const isUrl = /^https?:\/\//i.test(filled.value);
  if (scheme === '' && !isUrl) return { problem: 'it is no https URL' };
  const text = isUrl ? filled.value : `${scheme}${filled.value}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url?.hostname) return { problem: 'the host beside it is none' };
  if (url.username !== '' || url.password !== '') return { problem: 'the URL beside it holds a user' };
  if (scheme === 'https://' && url.protocol !== 'https:') return { problem: 'the URL beside it is no https URL' };
  if (scheme === '') return url.protocol === 'https:' ? { value: url.href } : { problem: 'it is no https URL' };
  if (isUrl ? url.search !== '' || url.hash !== '' : url.pathname !== '/' || url.search !== '' || url.hash !== '')
    return { problem: 'the host beside it is more than a host' };
  return { value: isUrl ? `${url.protocol}//${url.host}${url.pathname}` : `${scheme}${url.host}` };
}

function buildBody(body: Body, variables: Variables): Filled<{ readonly text: string; readonly type: string }> {
  if ('json' in body) {
    const filled = fillJson(body.json, variables);
    return 'problem' in filled ? filled : { value: { text: JSON.stringify(filled.value), type: 'application/json' } };
  }
  if ('form' in body) {
    const form = new URLSearchParams();
    for (const [name, template] of Object.entries(body.form)) {
      const filled = fill(template, variables, plain);
      if ('problem' in filled) return filled;
      form.append(name, filled.value);
    }
    return { value: { text: form.toString(), type: 'application/x-www-form-urlencoded' } };
  }
  const filled = fill(body.text, variables, bodyText(body.type));
  return 'problem' in filled ? filled : { value: { text: filled.value, type: body.type } };
}

function fillJson(json: Json, variables: Variables): Filled<Json> {
  if (json === '{{secrets}}' && variables.secrets) return { value: variables.secrets };
  if (typeof json === 'string') return fill(json, variables, plain);
  if (json === null || typeof json !== 'object') return { value: json };
  if (Array.isArray(json)) {
    const list: Json[] = [];
    for (const item of json as readonly Json[]) {
      const filled = fillJson(item, variables);
      if ('problem' in filled) return filled;
      list.push(filled.value);
    }
    return { value: list };
  }
  const object: Record<string, Json> = {};
  for (const [key, item] of Object.entries(json)) {
    const filled = fillJson(item, variables);
    if ('problem' in filled) return filled;
    object[key] = filled.value;
  }
  return { value: object };
}

/** A template with variables told by their names only. */
export function nameVariables(template: string): string {
  return template.replace(/\{\{\s*(?:(?:part|pick|kept|told):)?([^{}|]*?)\s*(?:\|[^{}]*)?\}\}/g, '{$1}');
}

function splitOnce(text: string, at: string): [string, string?] {
  const index = text.indexOf(at);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + 1)];
}
