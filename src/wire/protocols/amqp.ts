import { connect } from 'amqplib';
import { isLoopback } from '../../egress-guard.ts';
import { askPlaces, type Reply, type Session, tlsOptions } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';

/** Logs in to RabbitMQ, or whatever else speaks AMQP 0-9-1, and opens a connection without a channel. */
export default {
  name: 'amqp',
  needs: ['host', 'user', 'password'],
  takes: ['scheme', 'vhost', 'encoded'],
  hosts: [],
  sends: 'a login, and the opening of a connection without a channel',
  effects: 'a connection in the log of the server',
  ask: (fields, context) => {
    const scheme = (fields.scheme ?? '').toLowerCase() || 'amqp';
    const login = {
      user: fieldOf(fields, 'user'),
      password: fieldOf(fields, 'password'),
      vhost: fieldOf(fields, 'vhost') || '/',
    };
    const spoken = { protocol: 'amqp', scheme, defaultPort: scheme === 'amqps' ? 5671 : 5672, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, login, scheme === 'amqps'));
  },
} satisfies Protocol;

interface Login {
  readonly user: string;
  readonly password: string;
  readonly vhost: string;
}

async function ask({ at, signal }: Session, { user, password, vhost }: Login, isTls: boolean): Promise<Reply> {
  // The PLAIN mechanism sends the password itself: beyond the own network it goes through TLS whatever the URL says.
  const protocol = isTls || !at.isNear ? 'amqps' : 'amqp';
  // Handed on to the socket, which ends with the signal.
  const socketOptions: object = { ...tlsOptions(at, !at.isNear), signal };
  try {
    const connection = await connect(
      { protocol, hostname: at.address, port: at.port, username: user, password, vhost },
      socketOptions,
    );
    connection.on('error', () => {});
    const { serverProperties } = connection.connection;
    await connection.close();
    return {
      state: 'live',
      evidence: 'the server accepted the password and opened the connection',
      identity: user,
      ...(typeof serverProperties.cluster_name === 'string' && { account: serverProperties.cluster_name }),
    };
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    // The server tunes the connection once it has let the login in; the virtual host, who may use it and how often come after.
    if (message.startsWith('Expected ConnectionOpenOk; got <ConnectionClose'))
      return { state: 'live', evidence: 'the server accepted the password, then refused the virtual host', identity: user };
    const [, code, words] = /^Handshake terminated by server: (\d{3})(.*)$/s.exec(message) ?? [];
    if (code === undefined) throw error;
    return replyTo(Number(code), `${code}${words}`, user === 'guest' && !isLoopback(at.address));
  }
}

/** https://www.rabbitmq.com/docs/access-control, https://www.rabbitmq.com/amqp-0-9-1-reference#constants */
function replyTo(code: number, words: string, isGuestFromAfar: boolean): Reply {
  // guest may only come from the server's own machine, and is refused from elsewhere in the same words.
  if (code === 403 && isGuestFromAfar)
    return { state: 'unknown', reason: `the server refused guest, which it does from afar: ${words}` };
  if (code === 403) return { state: 'dead', evidence: `the server refused the password: ${words}` };
  return { state: 'unknown', reason: `the server answered ${words}` };
}
