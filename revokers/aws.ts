import type { Revoker, TransportStep } from '../src/model/revoker.ts';

const identity = '{{told:identity}}';

/** Whose it is, STS has told to the key itself. */
function step(action: string, does: string): TransportStep {
  const fields = { key_id: '{{secret}}', secret_key: '{{part:secret}}', identity, admin: '{{admin}}' };
  return { does, kind: 'act', transport: 'aws', action, with: fields };
}

/** What a key has asked of STS outlives it: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html */
function sessions(action: 'deny-sessions' | 'allow-sessions', does: string): TransportStep {
  const fields = { key_id: '{{secret}}', identity, admin: '{{admin}}' };
  return { does, kind: 'act', transport: 'aws', action, with: fields, onlyWith: 'admin' };
}

const hosts = [
  'iam.amazonaws.com',
  'iam.us-gov.amazonaws.com',
  'iam.cn-north-1.amazonaws.com.cn',
  'iam.eusc-de-east-1.amazonaws.eu',
  'sts.us-east-1.amazonaws.com',
  'sts.us-gov-west-1.amazonaws.com',
  'sts.cn-north-1.amazonaws.com.cn',
  'sts.eusc-de-east-1.amazonaws.eu',
];

const key = {
  provider: 'aws',
  patterns: ['aws-access-key'],
  docs: [
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html',
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
  ],
  hosts,
  // Few keys may, and one that AWS has put into quarantine may not: a credential of ours is the rule.
  authority: 'self',
  admin: {
    what: 'an access key of the same account that may do iam:UpdateAccessKey, iam:DeleteAccessKey, iam:PutUserPolicy and iam:DeleteUserPolicy on its user',
    env: 'QUASH_AWS_ADMIN',
  },
  batch: { max: 1 },
  cascade:
    'this key, and with a credential of ours every session of its user that began before, those of its other key and of the console as well; its other key, password and MFA stay',
  survives:
    'sessions of roles that the key has assumed, up to 12 hours: deny them on each role by Revoke sessions; without a credential of ours those of its user as well, up to 36 hours; and users, keys and roles that it may have made',
  mints: true,
  revoke: [step('delete-key', 'Deletes the key: iam:DeleteAccessKey.')],
  reversible: {
    disable: [
      step('deactivate-key', 'Sets the key inactive: iam:UpdateAccessKey.'),
      sessions(
        'deny-sessions',
        'Denies everything to sessions of the user that began before now, by an inline policy on aws:TokenIssueTime: iam:PutUserPolicy.',
      ),
    ],
    enable: [
      step('activate-key', 'Sets the key active again: iam:UpdateAccessKey.'),
      sessions('allow-sessions', 'Takes that policy off the user again: iam:DeleteUserPolicy.'),
    ],
  },
  takesUpTo: '5m',
} satisfies Revoker;

const session = {
  provider: 'aws',
  patterns: ['aws-session-credentials'],
  docs: [
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_disable-perms.html',
  ],
  hosts,
  authority: 'admin',
  admin: {
    what: 'an access key of the same account that may do iam:PutRolePolicy on the role of the session, or iam:PutUserPolicy on its user',
    env: 'QUASH_AWS_ADMIN',
  },
  batch: { max: 1 },
  cascade:
    'sessions of the role with the same session name that began before now, or of a user all that did; deleting the policy, QuashDenySessions- and the id of the credential, takes it back',
  survives:
    'the session itself, which may do nothing any more: STS tells it who it is until it ends, so it stays requested until then; roles that it has assumed itself; what issued it',
  revoke: [
    sessions(
      'deny-sessions',
      'Denies everything to the session, by an inline policy on its role or user with its session name and aws:TokenIssueTime: iam:PutRolePolicy or iam:PutUserPolicy.',
    ),
  ],
  takesUpTo: '10s',
} satisfies Revoker;

export default [key, session] satisfies readonly Revoker[];
