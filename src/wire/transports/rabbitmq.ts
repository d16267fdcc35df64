import { createHash, randomBytes } from 'node:crypto';
import { whyElsewhere } from '../act-at-place.ts';
import { sendAct, unknownAnswer } from '../act-by-http.ts';
import { type AdminUrl, readAdminUrl } from '../admin-url.ts';
import { fieldOf } from '../fields.ts';
import type { HttpRequest } from '../http.ts';
import { placesOf } from '../places.ts';
import type { ProtocolContext } from '../protocol.ts';
import type { Acted, Transport, TransportAction } from '../transport.ts';

/**
 * Takes the password of a RabbitMQ user away, and gives it back, over the management API:
 * https://www.rabbitmq.com/docs/management#http-api. A user without a password keeps its permissions and cannot log in with
 * one: https://www.rabbitmq.com/docs/passwords.
 */
export default {
  name: 'rabbitmq',
  actions: {
    'clear-password': action('PUT /api/users/NAME without a password', (user, _, call) =>
      user.password_hash === ''
        ? Promise.resolve({ outcome: 'gone', evidence: 'the user has no password any more' })
        : call('PUT', `users/${name(user)}`, { password_hash: '', tags: user.tags }),
    ),
    // The leaked password itself, as RabbitMQ keeps it, so that it works as before.
    'restore-password': action('PUT /api/users/NAME with the password', (user, password, call) =>
      user.password_hash === ''
        ? call('PUT', `users/${name(user)}`, { ...hashOf(password), tags: user.tags })
        : Promise.resolve({ outcome: 'refused', evidence: 'the user has been given another password: nothing was done' }),
    ),
    'end-sessions': action('DELETE /api/connections/username/NAME', (user, _, call) =>
      call('DELETE', `connections/username/${name(user)}`),
    ),
  },
} satisfies Transport;

interface User {
  readonly name: string;
  readonly password_hash: string;
  readonly hashing_algorithm: string;
  readonly tags: unknown;
}

type Call = (method: 'PUT' | 'DELETE', path: string, body?: unknown) => Promise<Acted>;
type Work = (user: User, password: string, call: Call) => Promise<Acted>;

function action(does: string, work: Work): TransportAction {
  return {
    does,
    needs: ['admin', 'host', 'user', 'password'],
    takes: ['encoded'],
    act: async (fields, context) => {
      const admin = readAdminUrl(fields.admin ?? '', ['https', 'http'], fields.admin?.startsWith('https:') ? 443 : 80);
      if ('problem' in admin) return { outcome: 'refused', evidence: admin.problem };
      const [user, password] = [fieldOf(fields, 'user'), fieldOf(fields, 'password')];
      if (user === admin.user)
        return { outcome: 'refused', evidence: 'it is the user that the credential of ours logs in as: use another' };
      const stranger = await whyElsewhere(placesOf(fieldOf(fields, 'host'), 5672), admin, true, context);
      if (stranger !== undefined) return { outcome: 'refused', evidence: stranger };
      const known = await userOf(user, admin, context);
      if ('outcome' in known) return known;
      if (known.password_hash !== '' && !isHash(known, password))
        return { outcome: 'refused', evidence: 'the user of the server has another password: nothing was done' };
      return work(known, password, async (method, path, body) => {
        const request = requestOf(admin, method, path, body);
        const sent = await sendAct(request, context);
        if ('acted' in sent) return sent.acted;
        const isDone = sent.reply.status === 204 || sent.reply.status === 201;
        return isDone
          ? { outcome: 'accepted', evidence: `the server took ${does}` }
          : unknownAnswer(request.url, sent.reply, '', context);
      });
    },
  };
}

async function userOf(
  user: string,
  admin: AdminUrl,
  context: ProtocolContext,
): Promise<User | Extract<Acted, { outcome: 'refused' | 'in-doubt' }>> {
  const request = requestOf(admin, 'GET', `users/${encodeURIComponent(user)}`);
  const sent = await sendAct(request, context);
  // Nothing was changed by asking.
  if ('acted' in sent) return { ...sent.acted, outcome: 'refused' };
  const { status, text } = sent.reply;
  if (status === 404) return { outcome: 'refused', evidence: 'the server has no user of this name: nothing was done' };
  const known = status === 200 ? readUser(text) : undefined;
  if (known?.name === user) return known;
  return { outcome: 'refused', evidence: `asked for the user: ${unknownAnswer(request.url, sent.reply, '', context).evidence}` };
}

function readUser(text: string): User | undefined {
  try {
    const read = JSON.parse(text) as Partial<User> | null;
    const isUser = typeof read?.name === 'string' && typeof read.password_hash === 'string';
    return isUser ? { ...(read as User), hashing_algorithm: String(read.hashing_algorithm) } : undefined;
  } catch {
    return undefined;
  }
}

function requestOf(admin: AdminUrl, method: string, path: string, body?: unknown): HttpRequest {
  const host = admin.host.includes(':') ? `[${admin.host}]` : admin.host;
  const root = admin.path.replace(/\/+$/, '');
  const url = new URL(`${admin.scheme}://${host}:${admin.port}${root === '' ? '' : `/${root}`}/api/${path}`);
  return {
    method,
    url,
    headers: {
      accept: 'application/json',
      authorization: `Basic ${Buffer.from(`${admin.user}:${admin.password}`).toString('base64')}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  };
}

function name(user: User): string {
  return encodeURIComponent(user.name);
}

/** Four bytes of salt, then the hash of salt and password: https://www.rabbitmq.com/docs/passwords#computing-password-hash */
function isHash({ password_hash, hashing_algorithm }: User, password: string): boolean {
  const kept = Buffer.from(password_hash, 'base64');
  const algorithm = /^rabbit_password_hashing_(sha256|sha512|md5)$/.exec(hashing_algorithm)?.[1];
  if (algorithm === undefined) return false;
  return createHash(algorithm).update(kept.subarray(0, 4)).update(password).digest().equals(kept.subarray(4));
}

function hashOf(password: string) {
  const salt = randomBytes(4);
  const hash = createHash('sha256').update(salt).update(password).digest();
  return {
    password_hash: Buffer.concat([salt, hash]).toString('base64'),
    hashing_algorithm: 'rabbit_password_hashing_sha256',
  };
}
