import type { Revoker, TransportStep } from '../src/model/revoker.ts';

const does = {
  'lock-account': 'Locks the account: ALTER USER … ACCOUNT LOCK.',
  'unlock-account': 'Unlocks the account: ALTER USER … ACCOUNT UNLOCK.',
  'change-password': 'Gives the account a password that nobody knows: ALTER USER … IDENTIFIED BY.',
  'end-sessions': 'Ends every open session of the user: KILL CONNECTION.',
} as const;

/** The revoker of patterns that write host and user in the same way. */
function revoker(patterns: readonly string[], login: Readonly<Record<string, string>>) {
  const step = (action: keyof typeof does): TransportStep => ({
    does: does[action],
    kind: 'act',
    transport: 'mysql',
    action,
    with: { admin: '{{admin}}', identity: '{{told:identity}}', host: '{{part:host}}', user: '{{part:user}}', ...login },
  });
  return {
    provider: 'mysql',
    patterns,
    docs: [
      'https://dev.mysql.com/doc/refman/8.4/en/account-locking.html',
      'https://mariadb.com/kb/en/account-locking/',
      'https://dev.mysql.com/doc/refman/8.4/en/kill.html',
    ],
    // The server is the one that the leaked login names, and ours must be the same.
    hosts: [],
    authority: 'admin',
    admin: {
      what: 'a connection URL to the same server, of an account with CREATE USER, PROCESS and CONNECTION_ADMIN (SUPER before MySQL 8, CONNECTION ADMIN in MariaDB)',
      env: 'QUASH_MYSQL_ADMIN',
    },
    batch: { max: 1 },
    cascade: 'everything that logs in as this account; open sessions of other accounts of the same user name end once',
    survives:
      'accounts of the same user name for other hosts, with the same password perhaps; views and routines that it defined; sessions on replicas; a copy of what was read',
    revoke: [step('lock-account'), step('change-password'), step('end-sessions')],
    reversible: { disable: [step('lock-account'), step('end-sessions')], enable: [step('unlock-account')] },
    takesUpTo: '1m',
  } satisfies Revoker;
}

export default [
  revoker(['mysql-url', 'mysql-jdbc-url'], { encoded: 'url' }),
  revoker(['mysql-go-dsn'], {}),
] satisfies readonly Revoker[];
