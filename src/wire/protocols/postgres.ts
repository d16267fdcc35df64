import pg from 'pg';
import { askPlaces, type Reply, type Session, tlsOptions } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Protocol } from '../protocol.ts';

/** Logs in to PostgreSQL and asks for the role it is, what that role may do, and until when. */
export default {
  name: 'postgres',
  needs: ['host', 'user', 'password'],
  takes: ['database', 'sslmode', 'encoded'],
  hosts: [],
  sends: 'a login, and one SELECT for the name and the attributes of the role',
  effects: 'a connection in the log of the server',
  ask: (fields, context) => {
    const login = {
      user: fieldOf(fields, 'user'),
      password: fieldOf(fields, 'password'),
      database: fieldOf(fields, 'database') || 'postgres',
      sslmode: fields.sslmode ?? 'prefer',
    };
    const spoken = { protocol: 'postgres', scheme: 'postgresql', defaultPort: 5432, hidden: [login.password] };
    return askPlaces(spoken, fields.host ?? '', context, (session) => ask(session, login));
  },
} satisfies Protocol;

interface Login {
  readonly user: string;
  readonly password: string;
  readonly database: string;
  readonly sslmode: string;
}

async function ask(session: Session, login: Login): Promise<Reply> {
  const reply = await logIn(session, login, true);
  if (reply !== 'no TLS') return reply;
  // https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
  if (/^(?:require|verify)/.test(login.sslmode))
    return { state: 'unknown', reason: `the server offers no TLS, which sslmode=${login.sslmode} asks for` };
  const plain = await logIn(session, login, false);
  return plain === 'no TLS' ? { state: 'unknown', reason: 'the server offers no TLS' } : plain;
}

async function logIn(session: Session, login: Login, isTls: boolean): Promise<Reply | 'no TLS'> {
  const { at } = session;
  const socket = session.socket();
  let isAsked = false;
  let isAccepted = false;
  let isClear = false;
  const client = new pg.Client({
    host: at.address,
    port: at.port,
    user: login.user,
    database: login.database,
    // It is called when the server asks for a password, whatever the method.
    password: () => {
      isAsked = true;
      return login.password;
    },
    stream: () => socket,
    application_name: 'quash',
    ssl: isTls && {
      ...tlsOptions(at, login.sslmode.startsWith('verify')),
      // verify-ca asks who vouches, not for whom.
      ...(login.sslmode === 'verify-ca' && { checkServerIdentity: () => undefined }),
    },
  });
  const { connection } = client as unknown as { readonly connection: NodeJS.EventEmitter };
  // In front of the client's own listener: what is written to a socket that was destroyed is not sent.
  connection.prependListener('authenticationCleartextPassword', () => {
    if (isTls || at.isNear) return;
    isClear = true;
    socket.destroy();
  });
  connection.on('authenticationOk', () => {
    isAccepted = isAsked;
  });
  client.on('error', () => socket.destroy());
  try {
    await client.connect();
  } catch (error) {
    if (isClear) return { state: 'unknown', reason: 'the server asks for the password in clear text and offers no TLS' };
    if (error instanceof Error && error.message === 'The server does not support SSL connections') return 'no TLS';
    return replyTo(error, isAccepted);
  }
  if (!isAccepted) return { state: 'unknown', reason: 'the server lets this user in without asking for the password' };
  return { state: 'live', ...(await whoIs(client, login)) };
}

/** https://www.postgresql.org/docs/current/errcodes-appendix.html, and the order of things in src/backend/utils/init/postinit.c */
function replyTo(error: unknown, isAccepted: boolean): Reply {
  if (!(error instanceof pg.DatabaseError)) throw error;
  const { code = '', routine, message } = error;
  if (code === '28P01') return { state: 'dead', evidence: `the server refused the password: 28P01 ${message}` };
  // The password was right, and the role is one that may not log in.
  if (code === '28000' && routine === 'InitializeSessionUserId')
    return { state: 'dead', evidence: `the server refused the role: 28000 ${message}` };
  // The database, its privileges and the number of connections are looked at after the password.
  if (isAccepted) return { state: 'live', evidence: `the server accepted the password, then closed with ${code} ${message}` };
  return { state: 'unknown', reason: `the server answered ${code} ${message}` };
}

const whoQuery = `
  select session_user as "user", current_database() as "database",
    r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
    case when isfinite(r.rolvaliduntil) then extract(epoch from r.rolvaliduntil) end as until,
    array(select g.rolname::text from pg_catalog.pg_auth_members m join pg_catalog.pg_roles g on g.oid = m.roleid where m.member = r.oid order by 1) as memberships
  from pg_catalog.pg_roles r where r.rolname = session_user`;

const attributes = {
  rolsuper: 'superuser',
  rolcreaterole: 'createrole',
  rolcreatedb: 'createdb',
  rolreplication: 'replication',
  rolbypassrls: 'bypassrls',
};

async function whoIs(client: pg.Client, login: Login): Promise<Omit<Reply & { state: 'live' }, 'state'>> {
  try {
    const { rows } = await client.query<Record<string, unknown>>(whoQuery);
    const [row] = rows;
    const held = Object.entries(attributes).flatMap(([column, name]) => (row?.[column] === true ? [name] : []));
    const memberships = Array.isArray(row?.memberships) ? row.memberships.map(String) : [];
    return {
      evidence: 'the server accepted the password and told the role',
      identity: String(row?.user ?? login.user),
      account: String(row?.database ?? login.database),
      scopes: [...held, ...memberships],
      ...(row?.until != null && { expires: new Date(Number(row.until) * 1000).toISOString() }),
    };
  } catch (error) {
    // What speaks the protocol and is not PostgreSQL may know no such tables; it has let the role in all the same.
    if (!(error instanceof pg.DatabaseError)) throw error;
    return {
      evidence: `the server accepted the password, and answered ${error.code} when asked for the role`,
      identity: login.user,
    };
  } finally {
    await client.end();
  }
}
