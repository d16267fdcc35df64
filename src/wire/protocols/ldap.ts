import type { connect as connectTcp } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Client, ResultCodeError } from 'ldapts';
import { askPlaces, type Reply, type Session, tlsOptions } from '../ask-places.ts';
import { type Login, loginOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';

/** Binds to a directory by name and password and asks who it is (RFC 4532). */
export default {
  name: 'ldap',
  needs: ['host', 'user', 'password'],
  takes: ['scheme', 'encoded'],
  hosts: [],
  sends: 'StartTLS, a simple bind and Who am I?',
  effects: 'a failed bind counts towards a lock where the account has one',
  ask: async (fields, context) => {
    const scheme = (fields.scheme ?? '').toLowerCase() || 'ldap';
    const login = loginOf(fields);
    // A bind with a name and no password is an anonymous one, and succeeds (RFC 4513, section 5.1.2).
    if (!login.user || !login.password) return { state: 'unknown', reason: 'a bind needs a name and a password', asked: [] };
    const spoken = { protocol: 'ldap', scheme, defaultPort: scheme === 'ldaps' ? 636 : 389, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, login, scheme === 'ldaps'));
  },
} satisfies Protocol;

async function ask(session: Session, login: Login, isTls: boolean): Promise<Reply> {
  const { at, signal } = session;
  const tls = tlsOptions(at, !at.isNear);
  const address = at.address.includes(':') ? `[${at.address}]` : at.address;
  const client = new Client({
    url: `${isTls ? 'ldaps' : 'ldap'}://${address}:${at.port}`,
    // Given, they mean TLS from the start whatever the URL says.
    ...(isTls && { tlsOptions: tls }),
    strictDN: false,
    createConnection: (() => session.socket().connect(at.port, at.address)) as typeof connectTcp,
    createSecureConnection: ((first: number | object) =>
      connectTls({
        ...(typeof first === 'object' ? first : { port: at.port, signal }),
        ...tls,
        host: at.address,
      } as ConnectionOptions)) as typeof connectTls,
  });
  session.onEnd(() => client.unbind());
  try {
    if (!isTls && !(await startTls(client, tls)) && !at.isNear)
      return { state: 'unknown', reason: 'the server offers no TLS, and a bind sends the password itself' };
    await client.bind(login.user, login.password);
  } catch (error) {
    if (!(error instanceof ResultCodeError)) throw error;
    return replyTo(error);
  }
  return { state: 'live', evidence: 'the server accepted the bind', identity: await whoAmI(client, login.user) };
}

/** Whether the server took StartTLS; what goes wrong after it did is thrown. */
async function startTls(client: Client, tls: object): Promise<boolean> {
  try {
    await client.startTLS(tls);
    return true;
  } catch (error) {
    if (error instanceof ResultCodeError) return false;
    throw error;
  }
}

/**
 * Active Directory tells why in its diagnostic message, as a Windows error in hexadecimal; all but the first two and 775 only to
 * who has the right password. https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699-
 */
const subCodes: Readonly<Record<string, readonly ['dead' | 'live' | 'unknown', string]>> = {
  '525': ['dead', 'there is no such account'],
  '52e': ['dead', 'the password is wrong'],
  '530': ['live', 'the password is right, and may not be used at this hour'],
  '531': ['live', 'the password is right, and may not be used from here'],
  '532': ['live', 'the password is right and has expired: whoever holds it may set a new one'],
  '533': ['dead', 'the account is disabled'],
  '701': ['dead', 'the account has expired'],
  '773': ['live', 'the password is right and has to be changed: whoever holds it may set a new one'],
  '775': ['unknown', 'the account is locked for the time being'],
};

/** https://www.rfc-editor.org/rfc/rfc4511#appendix-A.2 */
function replyTo(error: ResultCodeError): Reply {
  const { code, message } = error;
  if (code !== 49) return { state: 'unknown', reason: `the server answered ${code} ${message}` };
  const [, subCode] = /AcceptSecurityContext error, data ([0-9a-f]{3,})\b/.exec(message) ?? [];
  if (subCode === undefined) return { state: 'dead', evidence: `the server refused the bind: 49 ${message}` };
  const [state, words] = subCodes[subCode] ?? ['unknown', 'a reason that is not known'];
  const told = `the directory answered 49, data ${subCode}: ${words}`;
  return state === 'unknown' ? { state, reason: told } : { state, evidence: told };
}

async function whoAmI(client: Client, user: string): Promise<string> {
  try {
    const { value } = await client.exop('1.3.6.1.4.1.4203.1.11.3');
    return value?.toString().replace(/^(?:dn|u):/, '') || user;
  } catch (error) {
    // Not every directory knows the question.
    if (error instanceof ResultCodeError) return user;
    throw error;
  }
}
