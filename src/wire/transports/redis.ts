import { createHash } from 'node:crypto';
import { createClient, ErrorReply } from '@redis/client';
import { actAtPlace } from '../act-at-place.ts';
import { type AdminUrl, readAdminUrl } from '../admin-url.ts';
import { type Session, tlsOptions } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Acted, Transport, TransportAction } from '../transport.ts';

/** Switches a user of Redis or Valkey off, and on again, as a user of ours that may change users. */
export default {
  name: 'redis',
  actions: {
    'switch-off': setUser('ACL SETUSER … off', () => ['off']),
    'switch-on': setUser('ACL SETUSER … on', () => ['on']),
    // By its hash, so that the password itself is not sent.
    'remove-password': setUser('ACL SETUSER … off, without the password', (hash) => ['off', `!${hash}`], true),
    'end-sessions': action('CLIENT KILL USER', endSessions),
  },
} satisfies Transport;

type Send = (...words: string[]) => Promise<unknown>;
type Work = (send: Send, user: string, hash: string, begin: () => void) => Promise<Acted>;

function setUser(does: string, rules: (hash: string) => readonly string[], isOver = false): TransportAction {
  const work: Work = async (send, user, hash, begin) => {
    begin();
    await send('ACL', 'SETUSER', user, ...rules(hash));
    const kept = await send('ACL', 'SAVE').catch((error) => {
      if (error instanceof ErrorReply) return error;
      throw error;
    });
    // Without a file of its own, the list is in the configuration, which is the operator's.
    const note = kept instanceof ErrorReply ? ', but keeps no file of users: after a restart its configuration counts' : '';
    return { outcome: 'accepted', evidence: `the server took ${does}${note}` };
  };
  return action(does, work, isOver);
}

/** `isOver`: whether there is nothing to do once nobody has the password. */
function action(does: string, work: Work, isOver = false): TransportAction {
  return {
    does,
    needs: ['admin', 'host', 'password'],
    takes: ['user', 'encoded'],
    act: async (fields, context) => {
      const admin = readAdminUrl(fields.admin ?? '', ['redis', 'rediss', 'valkey', 'valkeys'], 6379);
      if ('problem' in admin) return { outcome: 'refused', evidence: admin.problem };
      const hash = createHash('sha256').update(fieldOf(fields, 'password')).digest('hex');
      return actAtPlace({ leaked: fieldOf(fields, 'host'), admin, defaultPort: 6379 }, context, async (session, begin) => {
        const send = await connect(session, admin);
        try {
          const user = await ownerOf(send, [fieldOf(fields, 'user') || 'default', 'default'], hash);
          if (typeof user !== 'string') return user;
          if (user === '')
            return {
              outcome: isOver ? 'gone' : 'refused',
              evidence: 'no user of the server that it may be of has this password',
            };
          return await work(send, user, hash, begin);
        } catch (error) {
          // An error of the server's is its answer: the command had no effect.
          if (!(error instanceof ErrorReply)) throw error;
          return { outcome: 'refused', evidence: `the server answered ${error.message}` };
        }
      });
    },
  };
}

/** A connection of ours. AUTH sends the password itself: beyond the own network it goes through TLS whatever the URL says. */
async function connect({ at, onEnd }: Session, admin: AdminUrl): Promise<Send> {
  const secure = { tls: true, ...tlsOptions(at, !at.isNear) } as const;
  const isTls = ['rediss', 'valkeys'].includes(admin.scheme) || !at.isNear;
  const client = createClient({
    RESP: 2,
    socket: { ...(isTls && secure), host: at.address, port: at.port, reconnectStrategy: false, connectTimeout: 0 },
    ...(admin.user !== '' && { username: admin.user }),
    password: admin.password,
    disableClientInfo: true,
    maintNotifications: 'disabled',
  });
  // What goes wrong on the line is told to whoever waits for an answer; without a listener it would be thrown.
  client.on('error', () => {});
  onEnd(() => client.destroy());
  await client.connect();
  return (...words) => client.sendCommand(words);
}

/** Whose password it is, or nobody's: the server keeps hashes. Many a URL names a user that there never was, and then it is the default one's. */
async function ownerOf(send: Send, names: readonly string[], hash: string): Promise<string | Acted> {
  const own = await send('ACL', 'WHOAMI');
  for (const name of names) {
    const user = await send('ACL', 'GETUSER', name);
    if (!Array.isArray(user)) continue;
    const hashes: unknown = user[user.indexOf('passwords') + 1];
    if (!Array.isArray(hashes) || !hashes.includes(hash)) continue;
    if (name === own)
      return { outcome: 'refused', evidence: 'it is the user that the credential of ours logs in as: use another' };
    return name;
  }
  return '';
}

/**
 * Ends what is open: a user that is off keeps the connections that it has. It never begins: that the user is dead tells
 * nothing of its connections, so what breaks off is not in doubt but undone, and doing it again does no harm.
 */
async function endSessions(send: Send, user: string): Promise<Acted> {
  const ended = await send('CLIENT', 'KILL', 'USER', user);
  return { outcome: 'accepted', evidence: `the server ended ${Number(ended)} connections of the user` };
}
