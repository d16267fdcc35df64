import type { Revoker, TransportStep } from '../src/model/revoker.ts';

function step(action: string, does: string): TransportStep {
  return {
    does,
    kind: 'act',
    transport: 'rabbitmq',
    action,
    // The server tells by the hash of the password whether it is this user's.
    with: { admin: '{{admin}}', host: '{{part:host}}', user: '{{part:user}}', password: '{{secret}}', encoded: 'url' },
  };
}

const takeAway = [
  step('clear-password', 'Takes the password of the user away: PUT /api/users/NAME.'),
  step('end-sessions', 'Closes every connection of the user: DELETE /api/connections/username/NAME.'),
];

export default {
  provider: 'rabbitmq',
  patterns: ['rabbitmq-url'],
  docs: ['https://www.rabbitmq.com/docs/passwords', 'https://www.rabbitmq.com/docs/http-api-reference'],
  // The server is the one that the leaked login names, and ours must be the same, at the port of its management API.
  hosts: [],
  authority: 'admin',
  admin: {
    what: 'the URL of the management API of the same server with another user, who is an administrator: https://USER:PASSWORD@HOST:15671',
    env: 'QUASH_RABBITMQ_ADMIN',
  },
  batch: { max: 1 },
  cascade: 'everything that logs in as this user; its permissions, tags and queues stay',
  survives: 'a login by certificate or by another authentication backend; the user in other clusters; messages that were read',
  revoke: takeAway,
  reversible: {
    disable: takeAway,
    enable: [step('restore-password', 'Gives the user its password back: PUT /api/users/NAME.')],
  },
  takesUpTo: '1m',
} satisfies Revoker;
