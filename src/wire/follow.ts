import type { Dispatcher } from 'undici';
import { type ExchangeTerms, exchange } from './exchange.ts';
import { failed } from './failure.ts';
import type { HttpRequest, Sent } from './http.ts';

const maxRedirects = 3;

/**
 * Sends a request and follows where it is sent on, by hand: a few times, for GET and HEAD, and never to another scheme, host or
 * port, for the secret would go along. Where it would have led is told, and the answer kept: to some providers it is one.
 */
export async function follow(request: HttpRequest, dispatcher: Dispatcher, terms: ExchangeTerms): Promise<Sent> {
  let at = request;
  for (let redirects = 0; ; redirects++) {
    const sent = await exchange(at, dispatcher, terms);
    if ('failure' in sent) return sent;
    const { status, headers } = sent.answer;
    if (![301, 302, 303, 307, 308].includes(status) || headers.location === undefined) return sent;
    const next = URL.canParse(headers.location, at.url.href) ? new URL(headers.location, at.url) : undefined;
    const why = whyNot(at, next, redirects);
    const { host } = at.url;
    if (!next || why) return failed('redirect', `${host} answered ${status} and sent us ${why}`, terms.hide, sent.answer);
    at = { ...at, url: next };
  }
}

function whyNot({ method, url }: HttpRequest, next: URL | undefined, redirects: number): string | undefined {
  if (!next) return 'to what is no URL';
  if (next.origin !== url.origin) return `to ${next.protocol}//${next.host}, where no secret follows`;
  if (method !== 'GET' && method !== 'HEAD') return `elsewhere, where no ${method} follows`;
  return redirects >= maxRedirects ? `on more than ${maxRedirects} times` : undefined;
}
