import type { Revoker, TransportStep } from '../src/model/revoker.ts';

function step(action: string, does: string): TransportStep {
  return {
    does,
    kind: 'act',
    transport: 'aws',
    action,
    with: {
      key_id: '{{secret}}',
      secret_key: '{{part:secret}}',
      // Whose it is, STS has told to the key itself.
      identity: '{{told:identity}}',
      admin: '{{admin}}',
    },
  };
}

export default {
  provider: 'aws',
  patterns: ['aws-access-key'],
  docs: [
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html',
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteAccessKey.html',
    'https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html',
  ],
  hosts: [
    'iam.amazonaws.com',
    'iam.us-gov.amazonaws.com',
    'iam.cn-north-1.amazonaws.com.cn',
    'iam.eusc-de-east-1.amazonaws.eu',
    'sts.us-east-1.amazonaws.com',
    'sts.us-gov-west-1.amazonaws.com',
    'sts.cn-north-1.amazonaws.com.cn',
    'sts.eusc-de-east-1.amazonaws.eu',
  ],
  // Few keys may, and one that AWS has put into quarantine may not: a credential of ours is the rule.
  authority: 'self',
  admin: {
    what: 'an access key of the same account that may do iam:UpdateAccessKey and iam:DeleteAccessKey on its user',
    env: 'QUASH_AWS_ADMIN',
  },
  batch: { max: 1 },
  cascade: 'this key alone; its user’s other key, password and MFA stay',
  survives:
    'temporary credentials that the key has asked of STS, up to 36 hours: deny them on the user and on the roles that it assumed, by a policy on aws:TokenIssueTime; and users, keys and roles that it may have made',
  mints: true,
  revoke: [step('delete-key', 'Deletes the key: iam:DeleteAccessKey.')],
  reversible: {
    disable: [step('deactivate-key', 'Sets the key inactive: iam:UpdateAccessKey.')],
    enable: [step('activate-key', 'Sets the key active again: iam:UpdateAccessKey.')],
  },
  takesUpTo: '5m',
} satisfies Revoker;
