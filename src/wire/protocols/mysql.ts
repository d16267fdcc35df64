import { authPlugins } from 'mysql2';
import mysql from 'mysql2/promise';
import { askPlaces, type Reply, type Session } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';
import { mysqlTrust, type Trust } from '../trust.ts';

/** Logs in to MySQL or MariaDB and asks for the account it is and what it was granted. No database is chosen. */
export default {
  name: 'mysql',
  needs: ['host', 'user', 'password'],
  takes: ['sslmode', 'encoded'],
  hosts: [],
  sends: 'a login, SELECT CURRENT_USER() and SHOW GRANTS',
  effects: 'a connection in the log of the server; a failed one counts towards a lock where the account has one',
  ask: (fields, context) => {
    // The words of MySQL and of its drivers: VERIFY_IDENTITY, verify-full, true.
    const sslmode = (fields.sslmode ?? '').toLowerCase().replaceAll('_', '-');
    const login = { user: fieldOf(fields, 'user'), password: fieldOf(fields, 'password'), sslmode };
    const spoken = { protocol: 'mysql', scheme: 'mysql', defaultPort: 3306, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, login));
  },
} satisfies Protocol;

interface Login {
  readonly user: string;
  readonly password: string;
  readonly sslmode: string;
}

async function ask(session: Session, login: Login): Promise<Reply> {
  const reply = await logIn(session, login, true);
  if (reply !== 'no TLS') return reply;
  if (/^(?:require|verify|true|skip-verify|trust)/.test(login.sslmode))
    return { state: 'unknown', reason: `the server offers no TLS, which ${login.sslmode} asks for` };
  const plain = await logIn(session, login, false);
  return plain === 'no TLS' ? { state: 'unknown', reason: 'the server offers no TLS' } : plain;
}

async function logIn(session: Session, login: Login, isTls: boolean): Promise<Reply | 'no TLS'> {
  const { at } = session;
  const socket = session.socket();
  socket.connect(at.port, at.address);
  let connection: mysql.Connection;
  try {
    connection = await mysql.createConnection({
      // Its name is what the certificate is checked for; the connection is the socket's.
      host: at.servername || at.host,
      user: login.user,
      password: login.password,
      stream: socket,
      connectTimeout: 0,
      ...(isTls && { ssl: tlsMode(login.sslmode, at.trust) }),
      authPlugins: isTls || at.isNear ? {} : withoutKeyExchange,
    });
  } catch (error) {
    const { code, errno, sqlMessage } = error as mysql.QueryError & { readonly errno?: number; readonly sqlMessage?: string };
    if (code === 'HANDSHAKE_NO_SSL_SUPPORT') return 'no TLS';
    if (sqlMessage === undefined || errno === undefined) throw error;
    return replyTo(errno, sqlMessage);
  }
  const reply = await whoIs(connection);
  connection.destroy();
  return reply;
}

function tlsMode(sslmode: string, trust: Trust): mysql.SslOptions {
  const isVerified = /^(?:verify|true$)/.test(sslmode);
  return { ...mysqlTrust(trust), rejectUnauthorized: isVerified, verifyIdentity: isVerified && sslmode !== 'verify-ca' };
}

/**
 * Without TLS the newer methods encrypt the password with a key that the server names, and that anybody on the way can
 * name. https://dev.mysql.com/doc/refman/8.4/en/caching-sha2-pluggable-authentication.html
 */
function refuseKey(): never {
  throw new Error('the server offers no TLS, and asks for the password itself');
}
const withoutKeyExchange = {
  caching_sha2_password: authPlugins.caching_sha2_password({ onServerPublicKey: refuseKey }),
  sha256_password: authPlugins.sha256_password({ onServerPublicKey: refuseKey }),
};

/** https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html, https://mariadb.com/kb/en/mariadb-error-codes/ */
function replyTo(errno: number, message: string): Reply {
  switch (errno) {
    case 1045:
    case 1698:
      return { state: 'dead', evidence: `the server refused the login: ${errno} ${message}` };
    // An account that was locked by hand, looked at after the password.
    case 3118:
    case 4151:
      return { state: 'dead', evidence: `the server has locked the account: ${errno} ${message}` };
    // The password is right, and whoever holds it may set a new one.
    case 1820:
    case 1862:
      return { state: 'live', evidence: `the server accepted the password, which has to be changed: ${errno} ${message}` };
    default:
      return { state: 'unknown', reason: `the server answered ${errno} ${message}` };
  }
}

async function whoIs(connection: mysql.Connection): Promise<Reply> {
  try {
    const [users] = await connection.query<mysql.RowDataPacket[]>('SELECT CURRENT_USER() AS who');
    const who = String(users[0]?.who ?? '');
    const [grants] = await connection.query<mysql.RowDataPacket[]>('SHOW GRANTS');
    const scopes = grants.flatMap((row) => scopeOf(String(Object.values(row)[0])));
    return { state: 'live', evidence: 'the server accepted the password and told the account', identity: who, scopes };
  } catch (error) {
    const { errno } = error as { readonly errno?: number };
    if (errno === undefined) throw error;
    // Started with skip-grant-tables, it lets everybody in, and cannot show grants.
    if (errno === 1290) return { state: 'unknown', reason: 'the server checks no passwords' };
    return { state: 'live', evidence: `the server accepted the password, and answered ${errno} when asked for the account` };
  }
}

/** A line of SHOW GRANTS without the account, whose password's hash stands in it: `SELECT, INSERT on shop.*`. */
function scopeOf(line: string): readonly string[] {
  const [, privileges, object] = /^GRANT (.+?) ON (.+?) TO /.exec(line) ?? [];
  if (privileges && object) return privileges === 'USAGE' ? [] : [`${privileges} on ${object.replaceAll('`', '')}`];
  const [, roles] = /^GRANT (.+?) TO /.exec(line) ?? [];
  return roles ? [roles.replaceAll('`', '')] : [];
}
