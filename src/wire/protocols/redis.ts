import { createClient, ErrorReply } from '@redis/client';
import { askPlaces, type Reply, type Session, tlsOptions } from '../ask-places.ts';
import { type Login, loginOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';

/** Logs in to Redis or Valkey by AUTH and asks for the user it is and what that user may do. */
export default {
  name: 'redis',
  needs: ['host', 'password'],
  takes: ['user', 'scheme', 'encoded'],
  hosts: [],
  sends: 'PING, AUTH, ACL WHOAMI and ACL GETUSER',
  effects: 'a line in the ACL log of the server when the login fails',
  ask: (fields, context) => {
    const scheme = (fields.scheme ?? '').toLowerCase() || 'redis';
    const login = loginOf(fields);
    const spoken = { protocol: 'redis', scheme, defaultPort: 6379, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) =>
      ask(session, login, scheme.endsWith('ss') || scheme === 'valkeys'),
    );
  },
} satisfies Protocol;

async function ask(session: Session, login: Login, isTls: boolean): Promise<Reply> {
  const { at } = session;
  // AUTH sends the password itself: beyond the own network it goes through TLS whatever the URL says.
  const secure = { tls: true, ...tlsOptions(at, !at.isNear) } as const;
  const client = createClient({
    RESP: 2,
    socket: {
      ...(isTls || !at.isNear ? secure : {}),
      host: at.address,
      port: at.port,
      reconnectStrategy: false,
      connectTimeout: 0,
    },
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
  // What goes wrong on the line is told to whoever waits for an answer; without a listener it would be thrown.
  client.on('error', () => {});
  session.onEnd(() => client.destroy());
  const send = (...words: string[]) =>
    client.sendCommand(words).catch((error) => {
      if (error instanceof ErrorReply) return error;
      throw error;
    });
  await client.connect();
  const open = await send('PING');
  // The default user has no password, so AUTH as that user would take any.
  if (!(open instanceof ErrorReply) && ['', 'default'].includes(login.user))
    return { state: 'unknown', reason: 'the server lets its default user in without a password' };
  if (open instanceof ErrorReply && open.message.startsWith('DENIED'))
    return { state: 'unknown', reason: `the server answered ${open.message}` };
  const refusal = await logIn(send, login);
  if (!refusal) return whoIs(send);
  // https://redis.io/docs/latest/commands/auth/; before ACLs it was ERR invalid password.
  if (/^(?:WRONGPASS|ERR invalid password)/.test(refusal.message))
    return { state: 'dead', evidence: `the server refused the password: ${refusal.message}` };
  return { state: 'unknown', reason: `the server answered ${refusal.message}` };
}

type Send = (...words: string[]) => Promise<unknown>;

/** Servers before ACLs know no user names, and many a URL names a user that its server never had: then the password alone decides. */
async function logIn(send: Send, { user, password }: Login): Promise<ErrorReply | undefined> {
  const answer = user ? await send('AUTH', user, password) : await send('AUTH', password);
  if (!(answer instanceof ErrorReply)) return undefined;
  if (!user) return answer;
  const alone = await send('AUTH', password);
  if (!(alone instanceof ErrorReply)) return undefined;
  return /wrong number of arguments/.test(answer.message) ? alone : answer;
}

async function whoIs(send: Send): Promise<Reply> {
  const evidence = 'the server accepted the password';
  const who = await send('ACL', 'WHOAMI');
  if (typeof who !== 'string') return { state: 'live', evidence };
  const user = await send('ACL', 'GETUSER', who);
  if (!Array.isArray(user)) return { state: 'live', evidence, identity: who };
  const of = (name: string) => user[user.indexOf(name) + 1] as unknown;
  const flags = of('flags');
  if (Array.isArray(flags) && flags.includes('nopass'))
    return { state: 'unknown', reason: `the server lets ${who} in with any password` };
  const scopes = ['commands', 'keys', 'channels'].flatMap((name) => {
    const rules = of(name);
    return (Array.isArray(rules) ? rules.join(' ') : String(rules ?? '')).split(' ').filter(Boolean);
  });
  return { state: 'live', evidence, identity: who, scopes };
}
