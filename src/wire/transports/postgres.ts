import pg from 'pg';
import { actAtPlace } from '../act-at-place.ts';
import { type AdminUrl, readAdminUrl } from '../admin-url.ts';
import { type Session, tlsOptions } from '../ask-places.ts';
import { fieldOf } from '../fields.ts';
import type { Acted, Transport, TransportAction } from '../transport.ts';

/** Stops a role of PostgreSQL from logging in, and lets it again, as a role of ours that may alter it. */
export default {
  name: 'postgres',
  actions: {
    'disable-role': alterRole('ALTER ROLE … NOLOGIN', (role) => `ALTER ROLE ${role} NOLOGIN`),
    'enable-role': alterRole('ALTER ROLE … LOGIN', (role) => `ALTER ROLE ${role} LOGIN`),
    // Without a password none is right: https://www.postgresql.org/docs/current/sql-createrole.html. One made up would be
    // as good, but statements stand in logs.
    'close-role': alterRole('ALTER ROLE … NOLOGIN PASSWORD NULL', (role) => `ALTER ROLE ${role} NOLOGIN PASSWORD NULL`),
    'end-sessions': action('pg_terminate_backend for every session of the role', endSessions),
  },
} satisfies Transport;

type Work = (client: pg.Client, role: string, begin: () => void) => Promise<Acted>;

function alterRole(does: string, statement: (role: string) => string): TransportAction {
  return action(does, async (client, role, begin) => {
    begin();
    await client.query(statement(pg.escapeIdentifier(role)));
    return { outcome: 'accepted', evidence: `the server took ${does}` };
  });
}

function action(does: string, work: Work): TransportAction {
  return {
    does,
    needs: ['admin', 'host', 'user'],
    takes: ['encoded'],
    act: async (fields, context) => {
      const admin = readAdminUrl(fields.admin ?? '', ['postgresql', 'postgres'], 5432);
      if ('problem' in admin) return { outcome: 'refused', evidence: admin.problem };
      const role = fieldOf(fields, 'user');
      return actAtPlace({ leaked: fieldOf(fields, 'host'), admin, defaultPort: 5432 }, context, async (session, begin) => {
        try {
          const client = await connect(session, admin);
          return (await whyNot(client, role)) ?? (await work(client, role, begin));
        } catch (error) {
          // An error of the server's is its answer: the statement had no effect.
          if (!(error instanceof pg.DatabaseError)) throw error;
          return { outcome: 'refused', evidence: `the server answered ${error.code} ${error.message}` };
        }
      });
    },
  };
}

/** A connection of ours. Beyond the own network it goes through TLS, with a certificate that is checked unless the URL says otherwise. */
async function connect(session: Session, admin: AdminUrl): Promise<pg.Client> {
  const { at } = session;
  const { sslmode = at.isNear ? 'prefer' : 'verify-full' } = admin.settings;
  const open = async (isTls: boolean) => {
    const socket = session.socket();
    const client = new pg.Client({
      host: at.address,
      port: at.port,
      user: admin.user,
      password: admin.password,
      database: admin.path || 'postgres',
      stream: () => socket,
      application_name: 'quash',
      ssl: isTls && {
        ...tlsOptions(at, sslmode.startsWith('verify')),
        // verify-ca asks who vouches, not for whom.
        ...(sslmode === 'verify-ca' && { checkServerIdentity: () => undefined }),
      },
    });
    client.on('error', () => socket.destroy());
    await client.connect();
    return client;
  };
  try {
    return await open(true);
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'The server does not support SSL connections') throw error;
    if (!at.isNear || /^(?:require|verify)/.test(sslmode)) throw new Error('the server offers no TLS', { cause: error });
    return open(false);
  }
}

/** What would make it the wrong role. */
async function whyNot(client: pg.Client, role: string): Promise<Acted | undefined> {
  const { rows } = await client.query<{ own: boolean; there: boolean; standby: boolean }>(
    `select $1::text in (session_user, current_user) as own, pg_is_in_recovery() as standby,
      exists (select from pg_catalog.pg_roles where rolname = $1::text) as there`,
    [role],
  );
  const { own, there, standby } = rows[0] ?? {};
  if (standby) return { outcome: 'refused', evidence: 'the server is a replica: a role is altered on its primary' };
  if (!there) return { outcome: 'refused', evidence: 'the server has no role of this name: nothing was done' };
  if (own) return { outcome: 'refused', evidence: 'it is the role that the credential of ours logs in as: use another' };
  return undefined;
}

const endQuery = `select count(*) filter (where pg_catalog.pg_terminate_backend(pid))::int as ended
  from pg_catalog.pg_stat_activity where usename = $1::text and pid <> pg_catalog.pg_backend_pid()`;
const openQuery = `select count(*)::int as open, pg_catalog.pg_sleep(0.1)
  from pg_catalog.pg_stat_activity where usename = $1::text`;
const mostLooks = 30;

/**
 * Ends what is open: a role that may not log in keeps the sessions that it has. A signal is only sent, so the sessions are
 * looked at until they are gone. It never begins: that the role is dead tells nothing of its sessions, so what breaks off is not
 * in doubt but undone, and doing it again does no harm.
 */
async function endSessions(client: pg.Client, role: string): Promise<Acted> {
  const { rows: sent } = await client.query<{ ended: number }>(endQuery, [role]);
  const { ended = 0 } = sent[0] ?? {};
  let open = 0;
  for (let looks = 0; looks < mostLooks; looks++) {
    const { rows } = await client.query<{ open: number }>(openQuery, [role]);
    open = rows[0]?.open ?? 0;
    if (open === 0) return { outcome: 'accepted', evidence: `the server ended ${ended} sessions of the role, and has none open` };
  }
  return { outcome: 'refused', evidence: `${open} sessions of the role are open still, though the server was asked to end them` };
}
