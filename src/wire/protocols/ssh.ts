import { createHash, createPrivateKey } from 'node:crypto';
import ssh from 'ssh2';
import { askPlaces, type Reply, type Session } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import { pemOf } from '../pem.ts';
import type { Protocol } from '../protocol.ts';

/**
 * Offers a private key to an SSH server and leaves as soon as it is taken: no channel is opened, nothing is run. A key
 * that is refused here may open another door, so `dead` is only said where `only` names the host as the key's one.
 */
export default {
  name: 'ssh',
  needs: ['host', 'key'],
  takes: ['user', 'only'],
  hosts: [],
  sends: 'the public half of a key made for the purpose, then that of the key, and a signature',
  effects: 'a connection in the log of the server, and one refused key',
  ask: (fields, context) => {
    const user = fieldOf(fields, 'user') || 'git';
    const spoken = { protocol: 'ssh', scheme: 'ssh', defaultPort: 22, hidden: [] };
    const key = readableKey(fields.key ?? '');
    if (key === undefined)
      return Promise.resolve({
        state: 'unknown',
        reason: 'the key is of no kind that SSH can read, or has a passphrase',
        asked: [],
      });
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, user, key, Boolean(fields.only)));
  },
} satisfies Protocol;

/** The key in a form that the library reads: OpenSSH's own, PuTTY's, or the older PEM ones. */
function readableKey(text: string): string | undefined {
  const pem = pemOf(text, 'PRIVATE KEY') ?? text;
  const key = pem.startsWith('-----BEGIN PRIVATE KEY-----') ? fromPkcs8(pem) : pem;
  if (key === undefined) return undefined;
  const parsed = ssh.utils.parseKey(key);
  return parsed instanceof Error ? undefined : key;
}

function fromPkcs8(pem: string): string | undefined {
  try {
    const key = createPrivateKey(pem);
    if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' }).toString();
    if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' }).toString();
  } catch {
    // What looked like a key is none.
  }
  return undefined;
}

function ask({ at, socket, onEnd }: Session, user: string, key: string, isOnly: boolean): Promise<Reply> {
  const client = new ssh.Client();
  onEnd(() => client.destroy());
  const sock = socket();
  sock.connect(at.port, at.address);
  // A server that takes a key that was made a moment ago takes every key.
  const throwaway = ssh.utils.generateKeyPairSync('ed25519').private;
  const offers = [throwaway, key];
  let offered = 0;
  let isTaken = false;
  let takesKeys = true;
  let host = '';
  return new Promise((resolve, reject) => {
    const conclude = () => {
      if (isTaken && offered === 1) return resolve({ state: 'unknown', reason: 'the server takes whatever key it is offered' });
      if (isTaken)
        return resolve({
          state: 'live',
          evidence: `the server (${host}) took the key for ${user}`,
          identity: `${user}@${at.host}`,
        });
      if (!takesKeys || offered < 2) return resolve({ state: 'unknown', reason: 'the server takes no keys' });
      const refusal = `the server (${host}) refused the key for ${user}`;
      return resolve(
        isOnly
          ? { state: 'dead', evidence: refusal }
          : { state: 'unknown', reason: `${refusal}; that says nothing of other hosts and users` },
      );
    };
    client.on('ready', () => {
      isTaken = true;
      conclude();
    });
    client.on('error', (error) => (error.level === 'client-authentication' ? conclude() : reject(error)));
    client.on('close', () => reject(new Error('the server closed the connection')));
    client.connect({
      sock,
      username: user,
      readyTimeout: 0,
      // Nobody is trusted with anything: a signature is good for this connection only (RFC 4252, section 7).
      hostVerifier: (hostKey: Buffer) => {
        host = `SHA256:${createHash('sha256').update(hostKey).digest('base64').replace(/=+$/, '')}`;
        return true;
      },
      authHandler: ((methods: readonly string[] | null, isPartial: boolean | null, next: ssh.NextAuthHandler) => {
        // The key was taken, and something more is asked for.
        if (isPartial) isTaken = true;
        takesKeys = methods === null || isTaken || methods.includes('publickey');
        const offer = isTaken || !takesKeys ? undefined : offers[offered++];
        return offer === undefined ? (false as never) : next({ type: 'publickey', username: user, key: offer });
      }) as unknown as ssh.AuthHandlerMiddleware,
    });
  });
}
