import type { Revoker, TransportStep } from '../src/model/revoker.ts';

const does = {
  'disable-role': 'Forbids the role to log in: ALTER ROLE … NOLOGIN.',
  'enable-role': 'Lets the role log in again: ALTER ROLE … LOGIN.',
  'close-role': 'Forbids the role to log in and takes its password away: ALTER ROLE … NOLOGIN PASSWORD NULL.',
  'end-sessions': 'Ends every open session of the role: pg_terminate_backend.',
} as const;

/** The revoker of patterns that write host and user in the same way. */
function revoker(
  patterns: readonly string[],
  login: Readonly<Record<string, string>>,
  defaults: Readonly<Record<string, string>> = {},
) {
  const step = (action: keyof typeof does): TransportStep => ({
    does: does[action],
    kind: 'act',
    transport: 'postgres',
    action,
    with: { admin: '{{admin}}', user: '{{part:user}}', ...login },
  });
  return {
    provider: 'postgresql',
    patterns,
    docs: [
      'https://www.postgresql.org/docs/current/sql-alterrole.html',
      'https://www.postgresql.org/docs/current/functions-admin.html#FUNCTIONS-ADMIN-SIGNAL',
    ],
    // The server is the one that the leaked login names, and ours must be the same.
    hosts: [],
    authority: 'admin',
    admin: {
      what: 'a connection URL to the same server, of a superuser, or of a role with CREATEROLE that administers the role and may signal its sessions',
      env: 'QUASH_POSTGRES_ADMIN',
    },
    batch: { max: 1 },
    defaults,
    cascade: 'everything that logs in as this role, with whatever password',
    survives:
      'the role, its grants and the objects that it owns; its sessions on replicas and in other clusters; a copy of what was read',
    revoke: [step('close-role'), step('end-sessions')],
    reversible: { disable: [step('disable-role'), step('end-sessions')], enable: [step('enable-role')] },
    takesUpTo: '1m',
  } satisfies Revoker;
}

export default [
  revoker(['postgresql-url', 'postgresql-jdbc-url'], { host: '{{part:host}}', encoded: 'url' }),
  revoker(['postgresql-keyword-dsn'], { host: '{{part:host}}:{{part:port}}' }, { port: '5432' }),
  revoker(['postgresql-pgpass'], { host: '{{part:host}}' }),
] satisfies readonly Revoker[];
