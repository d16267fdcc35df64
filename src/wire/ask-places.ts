import { Socket } from 'node:net';
import { Secret } from '../model/secret.ts';
import type { Asked, Told } from '../model/verdict.ts';
import { whyNotPublic } from './addresses.ts';
import { shownText } from './conceal.ts';
import { type Place, placesOf } from './places.ts';
import type { ProtocolAnswer, ProtocolContext } from './protocol.ts';
import type { Trust } from './trust.ts';

/** What one server said, or why it proves nothing. */
export type Reply = Told &
  (
    | { readonly state: 'live'; readonly evidence: string }
    | { readonly state: 'dead'; readonly evidence: string }
    | { readonly state: 'unknown'; readonly reason: string }
  );

/** A place whose address was checked, and is the one to connect to. */
export interface ReachedPlace extends Place {
  readonly address: string;
  /** What its certificate has to name. */
  readonly servername: string;
  /** This machine, or a private network that the user allowed: no stranger listens on the way. */
  readonly isNear: boolean;
  /** Whom TLS believes. */
  readonly trust: Trust;
}

/** One conversation with one server. All that it opened is closed when it ends, however it ends. */
export interface Session {
  readonly at: ReachedPlace;
  /** Ends with the deadline, or when the run is cancelled. */
  readonly signal: AbortSignal;
  /** A socket that is not connected yet. */
  socket(): Socket;
  /** What to do when the conversation is over, for what a library opened by itself. */
  onEnd(close: () => unknown): void;
}

export interface Spoken {
  /** The protocol's name, and the scheme of its URLs. */
  readonly protocol: string;
  readonly scheme: string;
  readonly defaultPort: number;
  /** Values that no text may show, besides those of the context: what was decoded. */
  readonly hidden: readonly string[];
}

/** How long one server has for the whole conversation. */
const deadlineMs = 10_000;

/**
 * Asks the places that `hosts` names, one after the other, until one of them says that the credential is alive or dead.
 * Addresses, limits and the breaker are the wire's; deadline, closing and concealment are kept here, so that no protocol
 * can forget them.
 */
export async function askPlaces(
  spoken: Spoken,
  hosts: string,
  context: ProtocolContext,
  ask: (session: Session) => Promise<Reply>,
): Promise<ProtocolAnswer> {
  const places = placesOf(hosts, spoken.defaultPort);
  if (places.length === 0) return { state: 'unknown', reason: 'what stands for its host names no place to ask', asked: [] };
  const asked: Asked[] = [];
  let reason = '';
  for (const place of places) {
    const at = context.now().toISOString();
    const reply = concealed(await askPlace(place, context, ask), spoken, context);
    const outcome = reply.state === 'unknown' ? reply.reason : reply.evidence;
    const host = place.host.includes(':') ? `[${place.host}]` : place.host;
    asked.push({ at, method: spoken.protocol, url: `${spoken.scheme}://${host}:${place.port}`, outcome });
    if (reply.state !== 'unknown') return { ...reply, asked };
    // The first server's words: those after it were asked for want of them.
    reason ||= reply.reason;
  }
  return { state: 'unknown', reason, asked };
}

async function askPlace(place: Place, context: ProtocolContext, ask: (session: Session) => Promise<Reply>): Promise<Reply> {
  const talked = await talkAt(place, context, ask);
  return 'reason' in talked ? { state: 'unknown', reason: talked.reason } : talked.said;
}

/** Holds one conversation at one place: what came of it, or in words why there was none or what broke it off. */
export async function talkAt<T>(
  place: Place,
  { wire, to }: ProtocolContext,
  talk: (session: Session) => Promise<T>,
): Promise<{ readonly said: T } | { readonly reason: string }> {
  const reached = await wire.reach(place.host, place.port, to);
  if ('failure' in reached) return { reason: reached.failure.detail };
  const at = { host: place.host, ...reached, isNear: whyNotPublic(reached.address) !== undefined, trust: wire.trust };
  try {
    const talked = await wire.within(place.host, to, async (signal) => ({ said: await converse(at, signal, talk) }));
    return 'failure' in talked ? { reason: talked.failure.detail } : talked;
  } catch (error) {
    // Libraries end a conversation that they do not follow in words of their own.
    return { reason: error instanceof Error && error.message ? error.message : 'the conversation broke off' };
  }
}

async function converse<T>(at: ReachedPlace, cancelled: AbortSignal, talk: (session: Session) => Promise<T>): Promise<T> {
  const signal = AbortSignal.any([cancelled, AbortSignal.timeout(deadlineMs)]);
  const closings: (() => unknown)[] = [];
  const over = new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason), { once: true }));
  const session: Session = {
    at,
    signal,
    socket: () => {
      const socket = new Socket().on('error', () => socket.destroy());
      closings.push(() => socket.destroy());
      return socket;
    },
    onEnd: (close) => closings.push(close),
  };
  try {
    signal.throwIfAborted();
    return await Promise.race([talk(session), over]);
  } finally {
    // A library's own farewell may fail on a line that is gone, or wait for an answer: it is not waited for.
    void Promise.allSettled(closings.map(async (close) => close()));
  }
}

/** A reply in which nothing hidden shows, whoever put it there: servers quote what they were sent. */
function concealed(reply: Reply, { hidden }: Spoken, { hide }: ProtocolContext): Reply {
  const values = [...hide, ...hidden.map((value) => new Secret(value))];
  const shown = (text: string) => shownText(text, values, 300);
  return Object.fromEntries(
    Object.entries(reply).map(([key, value]) => [key, Array.isArray(value) ? value.map(shown) : shown(value as string)]),
  ) as unknown as Reply;
}

/** Options for TLS to a place. Where no stranger listens, a certificate that nobody vouches for will do unless it is asked for. */
export function tlsOptions(
  at: ReachedPlace,
  isVerified: boolean,
): Omit<Trust, 'rejectUnauthorized'> & {
  readonly host: string;
  readonly servername?: string;
  readonly rejectUnauthorized: boolean;
} {
  return { ...at.trust, host: at.host, ...(at.servername && { servername: at.servername }), rejectUnauthorized: isVerified };
}
