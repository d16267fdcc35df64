import type { Secret } from '../model/secret.ts';
import type { Asked, Told } from '../model/verdict.ts';
import { redactedUrl } from './conceal.ts';
import type { HttpRequest } from './http.ts';
import type { ProtocolAnswer, ProtocolContext } from './protocol.ts';

/** An answer as the protocols over HTTP read it. `json` is undefined where the body is none. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly json: Readonly<Record<string, unknown>> | undefined;
}

/** What came of a request; `noted` makes the line that a verdict keeps of it. */
export type Exchange = { readonly noted: (outcome: string) => Asked } & (
  | { readonly reply: Reply }
  | { readonly reason: string; readonly asked: Asked }
);

/** Sends a request through the wire and reads the answer. */
export async function exchange(request: HttpRequest, context: ProtocolContext): Promise<Exchange> {
  const at = context.now().toISOString();
  const url = redactedUrl(request.url, context.hide);
  const sent = await context.wire.send(request, context.to, context.hide);
  if ('failure' in sent) {
    const noted = (outcome: string) => ({ at, method: request.method, url, outcome });
    return { noted, reason: sent.failure.detail, asked: noted(sent.failure.detail) };
  }
  const { status, headers, body } = sent.answer;
  const text = new TextDecoder().decode(body);
  const noted = (outcome: string) => ({ at, method: request.method, url, status, outcome });
  return { noted, reply: { status, headers, text, json: objectOf(text) } };
}

/** What a reply proves. */
export type Judged = Told &
  (
    | { readonly state: 'live' | 'dead'; readonly evidence: string; readonly about?: 'secret' }
    | { readonly state: 'unknown'; readonly reason: string; readonly about?: 'pair' }
  );

/** The answer of a protocol that one exchange decides; `before` was asked on the way to it. */
export function answered(sent: Exchange, judge: (reply: Reply) => Judged, before: readonly Asked[] = []): ProtocolAnswer {
  if (!('reply' in sent)) return { state: 'unknown', reason: sent.reason, asked: [...before, sent.asked] };
  const said = judge(sent.reply);
  return { ...said, asked: [...before, sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] } as ProtocolAnswer;
}

/** A form as the body of a POST. */
export function formRequest(
  url: URL,
  form: Readonly<Record<string, string>>,
  headers: Readonly<Record<string, string>> = {},
): HttpRequest {
  return {
    method: 'POST',
    url,
    headers: { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(form).toString(),
  };
}

/** A word out of an answer, fit for evidence: an error code and nothing that an answer could smuggle in. */
export function wordOf(value: unknown, hide: readonly Secret[]): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string' || !/^[A-Za-z][0-9A-Za-z_.-]{0,63}$/.test(value)) return undefined;
  return hide.some((secret) => overlaps(value, secret.reveal())) ? undefined : value;
}

/** A text that an answer tells of its credential: short, on one line, free of the credential itself. */
export function toldText(value: unknown, hide: readonly Secret[]): string | undefined {
  if (typeof value !== 'string' || value === '' || value.length > 500) return undefined;
  if (/\p{Cc}/u.test(value) || hide.some((secret) => overlaps(value, secret.reveal()))) return undefined;
  return value;
}

/** A time of a JWT or of OAuth, in seconds since 1970, as ISO 8601; undefined where it is none. */
export function timeOf(seconds: unknown): string | undefined {
  if (typeof seconds !== 'number' || !(Math.abs(seconds) < 1e11)) return undefined;
  return new Date(seconds * 1000).toISOString();
}

/** Scopes as OAuth writes them, words with blanks between, or as a list. */
export function scopesOf(value: unknown, hide: readonly Secret[]): readonly string[] | undefined {
  const list = typeof value === 'string' ? value.split(/\s+/) : Array.isArray(value) ? value : [];
  const scopes = list.slice(0, 200).flatMap((scope) => toldText(scope, hide) ?? []);
  return scopes.length > 0 ? scopes : undefined;
}

/** Leaves out what was not told. */
export function toldOf(told: { readonly [key in keyof Told]?: Told[key] | undefined }): Told {
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined));
}

/** A URL to ask, or undefined for one that is not plain https: user-info would be sent, a fragment never. */
export function httpsUrl(text: string): URL | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  return url;
}

/** Short values stand in many words by chance, so they must be the whole word. */
function overlaps(text: string, secret: string): boolean {
  return secret.length < 6 ? text === secret : text.includes(secret);
}

function objectOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
