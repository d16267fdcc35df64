import { redactedUrl, shownText } from './conceal.ts';
import { isUndone } from './failure.ts';
import type { HttpRequest } from './http.ts';
import type { ProtocolContext } from './protocol.ts';
import type { Acted } from './transport.ts';

/** An answer as the transports over HTTP read it. */
export interface ActReply {
  readonly status: number;
  readonly text: string;
}

/** Sends a request that may change something. What brought no answer comes back as what is to be made of that. */
export async function sendAct(
  request: HttpRequest,
  context: ProtocolContext,
): Promise<{ readonly reply: ActReply } | { readonly acted: Extract<Acted, { outcome: 'refused' | 'in-doubt' }> }> {
  const sent = await context.wire.send(request, context.to, context.hide);
  if ('failure' in sent) {
    const { kind, detail } = sent.failure;
    return { acted: { outcome: isUndone(kind) ? 'refused' : 'in-doubt', evidence: detail } };
  }
  const { status, body } = sent.answer;
  return { reply: { status, text: new TextDecoder().decode(body) } };
}

/** What an answer comes to that is none of those that are known: what goes wrong inside may do so before or after the effect. */
export function unknownAnswer(url: URL, { status }: ActReply, said: string, context: ProtocolContext): Acted {
  const words = shownText(said, context.hide, 200);
  return {
    outcome: status >= 500 ? 'in-doubt' : 'refused',
    evidence: `${new URL(redactedUrl(url, context.hide)).host} answered ${status}${words === '' ? '' : `: ${words}`}`,
  };
}
