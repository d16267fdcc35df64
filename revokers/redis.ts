import type { Revoker, TransportStep } from '../src/model/revoker.ts';

function step(action: string, does: string): TransportStep {
  return {
    does,
    kind: 'act',
    transport: 'redis',
    action,
    // The server tells by the hash of the password whose it is.
    with: { admin: '{{admin}}', host: '{{part:host}}', user: '{{part:user}}', password: '{{secret}}', encoded: 'url' },
  };
}

const switchOff = step('switch-off', 'Switches the user off: ACL SETUSER … off.');
const endSessions = step('end-sessions', 'Ends every open connection of the user: CLIENT KILL USER.');

export default {
  provider: 'redis',
  patterns: ['redis-url'],
  docs: ['https://redis.io/docs/latest/commands/acl-setuser/', 'https://redis.io/docs/latest/commands/client-kill/'],
  // The server is the one that the leaked login names, and ours must be the same.
  hosts: [],
  authority: 'admin',
  admin: { what: 'a connection URL to the same server, of another user with +@admin', env: 'QUASH_REDIS_ADMIN' },
  batch: { max: 1 },
  defaults: { user: '' },
  cascade: 'everything that logs in as this user, with whatever password; of the default user, all that name no user',
  survives:
    'the user on replicas and on other nodes of a cluster, each of which has a list of its own; what the configuration file says, which counts after a restart; a copy of what was read',
  // The password last: by it the server tells whose it is.
  revoke: [switchOff, endSessions, step('remove-password', 'Removes the password from the user: ACL SETUSER … off.')],
  reversible: {
    disable: [switchOff, endSessions],
    enable: [step('switch-on', 'Switches the user on again: ACL SETUSER … on.')],
  },
  takesUpTo: '1m',
} satisfies Revoker;
