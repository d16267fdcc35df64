import { randomBytes } from 'node:crypto';
import mysql from 'mysql2/promise';
import { actAtPlace } from '../act-at-place.ts';
import { type AdminUrl, readAdminUrl } from '../admin-url.ts';
import type { Session } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Acted, Transport, TransportAction } from '../transport.ts';
import { mysqlTrust } from '../trust.ts';

/** Locks an account of MySQL or MariaDB, and unlocks it, as an account of ours that may alter it. */
export default {
  name: 'mysql',
  actions: {
    'lock-account': alterUser('ALTER USER … ACCOUNT LOCK', 'ALTER USER ?@? ACCOUNT LOCK'),
    'unlock-account': alterUser('ALTER USER … ACCOUNT UNLOCK', 'ALTER USER ?@? ACCOUNT UNLOCK'),
    'change-password': alterUser(
      'ALTER USER … IDENTIFIED BY a password that nobody knows',
      'ALTER USER ?@? IDENTIFIED BY ?',
      () => [
        // What every policy of validate_password asks for, behind what makes it strong.
        `${randomBytes(32).toString('base64url')}aA1!`,
      ],
    ),
    'end-sessions': action('KILL CONNECTION for every session of the user', endSessions),
  },
} satisfies Transport;

interface Account {
  readonly user: string;
  readonly host: string;
}

type Work = (connection: mysql.Connection, account: Account, begin: () => void) => Promise<Acted>;

function alterUser(does: string, statement: string, more: () => readonly string[] = () => []): TransportAction {
  return action(does, async (connection, { user, host }, begin) => {
    begin();
    await connection.query(statement, [user, host, ...more()]);
    return { outcome: 'accepted', evidence: `the server took ${does}` };
  });
}

function action(does: string, work: Work): TransportAction {
  return {
    does,
    needs: ['admin', 'host', 'user', 'identity'],
    takes: ['encoded'],
    act: async (fields, context) => {
      const admin = readAdminUrl(fields.admin ?? '', ['mysql', 'mariadb'], 3306);
      if ('problem' in admin) return { outcome: 'refused', evidence: admin.problem };
      // The account that the server took the login for: of the same user there may be one for each host.
      const [, user = '', host = ''] = /^(.*)@([^@]*)$/s.exec(fields.identity ?? '') ?? [];
      if (user === '' || user !== fieldOf(fields, 'user'))
        return { outcome: 'refused', evidence: 'the server took the login for an account of another user: nothing was done' };
      return actAtPlace({ leaked: fieldOf(fields, 'host'), admin, defaultPort: 3306 }, context, async (session, begin) => {
        let connection: mysql.Connection | undefined;
        try {
          connection = await connect(session, admin);
          // What goes wrong on the line is told to whoever waits for an answer; without a listener it would be thrown.
          connection.on('error', () => {});
          const [rows] = await connection.query<mysql.RowDataPacket[]>('SELECT CURRENT_USER() AS own');
          if (rows[0]?.own === fields.identity)
            return { outcome: 'refused', evidence: 'it is the account that the credential of ours logs in as: use another' };
          // Names are escaped with backslashes, which a server can be told to take for themselves.
          await connection.query("SET SESSION sql_mode = ''");
          return await work(connection, { user, host }, begin);
        } catch (error) {
          const { errno, sqlMessage } = error as { readonly errno?: number; readonly sqlMessage?: string };
          // An error of the server's is its answer: the statement had no effect.
          if (errno === undefined || sqlMessage === undefined) throw error;
          return { outcome: 'refused', evidence: `the server answered ${errno} ${sqlMessage}` };
        } finally {
          connection?.destroy();
        }
      });
    },
  };
}

/** A connection of ours. Beyond the own network it goes through TLS, with a certificate that is checked unless the URL says otherwise. */
async function connect(session: Session, admin: AdminUrl): Promise<mysql.Connection> {
  const { at } = session;
  const said = admin.settings['ssl-mode'] ?? admin.settings.sslmode ?? (at.isNear ? 'preferred' : 'verify-identity');
  const mode = said.toLowerCase().replaceAll('_', '-');
  const isVerified = mode.startsWith('verify');
  const open = (isTls: boolean) => {
    const socket = session.socket();
    socket.connect(at.port, at.address);
    return mysql.createConnection({
      // Its name is what the certificate is checked for; the connection is the socket's.
      host: at.servername || at.host,
      user: admin.user,
      password: admin.password,
      stream: socket,
      connectTimeout: 0,
      ...(isTls && {
        ssl: { ...mysqlTrust(at.trust), rejectUnauthorized: isVerified, verifyIdentity: isVerified && mode !== 'verify-ca' },
      }),
    });
  };
  try {
    return await open(true);
  } catch (error) {
    if ((error as mysql.QueryError).code !== 'HANDSHAKE_NO_SSL_SUPPORT') throw error;
    if (!at.isNear || /^(?:require|verify)/.test(mode)) throw new Error('the server offers no TLS', { cause: error });
    return open(false);
  }
}

const mostLooks = 30;

/**
 * Ends what is open: an account that is locked keeps the sessions that it has. The list of processes tells users and not
 * accounts. It never begins: that the account is dead tells nothing of its sessions, so what breaks off is not in doubt but
 * undone, and doing it again does no harm.
 */
async function endSessions(connection: mysql.Connection, { user }: Account): Promise<Acted> {
  const ended = new Set<number>();
  for (let looks = 0; looks < mostLooks; looks++) {
    const [rows] = await connection.query<mysql.RowDataPacket[]>('SHOW PROCESSLIST');
    const open = rows.filter((row) => row.User === user && Number(row.Id) !== connection.threadId).map((row) => Number(row.Id));
    if (open.length === 0)
      return { outcome: 'accepted', evidence: `the server ended ${ended.size} sessions of the user, and shows none open` };
    for (const id of open) {
      if (ended.has(id)) continue;
      ended.add(id);
      await connection.query('KILL CONNECTION ?', [id]).catch((error) => {
        // It ended by itself: https://dev.mysql.com/doc/mysql-errors/8.4/en/server-error-reference.html#error_er_no_such_thread
        if ((error as { readonly errno?: number }).errno !== 1094) throw error;
      });
    }
    await connection.query('DO SLEEP(0.1)');
  }
  return { outcome: 'refused', evidence: 'sessions of the user are open still, though the server was asked to end them' };
}
