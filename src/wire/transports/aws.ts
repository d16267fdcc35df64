import { sendAct, unknownAnswer } from '../act-by-http.ts';
import { denyPolicy, policyOf, sessionHolder } from '../aws-sessions.ts';
import type { ProtocolContext } from '../protocol.ts';
import { formRequest } from '../protocol-http.ts';
import { type AwsKey, signV4 } from '../sigv4.ts';
import type { Acted, Transport, TransportAction } from '../transport.ts';
import { xmlText } from '../xml-text.ts';

/**
 * Access keys of IAM users: switched off, on again, and deleted. A credential of ours does it where there is one; otherwise
 * the key itself, which its user's policies have to allow. And sessions, which are denied by when they began.
 */
export default {
  name: 'aws',
  actions: {
    'deactivate-key': action('iam:UpdateAccessKey, Status Inactive', 'UpdateAccessKey', { Status: 'Inactive' }),
    'activate-key': action('iam:UpdateAccessKey, Status Active', 'UpdateAccessKey', { Status: 'Active' }),
    'delete-key': action('iam:DeleteAccessKey', 'DeleteAccessKey', {}),
    'deny-sessions': sessions('iam:PutUserPolicy or iam:PutRolePolicy, Deny before now by aws:TokenIssueTime', 'Put'),
    'allow-sessions': sessions('iam:DeleteUserPolicy or iam:DeleteRolePolicy', 'Delete'),
  },
} satisfies Transport;

/** One IAM for each partition: https://docs.aws.amazon.com/general/latest/gr/iam-service.html. */
const partitions: Readonly<Record<string, { readonly iam: string; readonly sts: string; readonly region: string }>> = {
  aws: { iam: 'iam.amazonaws.com', sts: 'sts.us-east-1.amazonaws.com', region: 'us-east-1' },
  'aws-us-gov': { iam: 'iam.us-gov.amazonaws.com', sts: 'sts.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' },
  'aws-cn': { iam: 'iam.cn-north-1.amazonaws.com.cn', sts: 'sts.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  'aws-eusc': { iam: 'iam.eusc-de-east-1.amazonaws.eu', sts: 'sts.eusc-de-east-1.amazonaws.eu', region: 'eusc-de-east-1' },
};

type Partition = NonNullable<(typeof partitions)[string]>;

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html, and DeleteAccessKey beside it. */
function action(does: string, operation: string, settings: Readonly<Record<string, string>>): TransportAction {
  return {
    does,
    needs: ['key_id', 'secret_key', 'identity'],
    takes: ['admin'],
    act: async (fields, context) => {
      const { key_id: id = '', secret_key: secret = '', identity = '' } = fields;
      const [, name = '', account = '', resource = ''] = /^arn:([a-z-]+):iam::([0-9]{12}):(.+)$/.exec(identity) ?? [];
      const partition = partitions[name];
      if (!partition)
        return { outcome: 'refused', evidence: 'AWS has told no user of IAM that the key is of, so nothing tells whose it is' };
      const admin = fields.admin === undefined ? undefined : readAwsKey(fields.admin);
      if (admin && 'problem' in admin) return { outcome: 'refused', evidence: admin.problem };
      const user = /^user\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1];
      if (admin && user === undefined)
        return {
          outcome: 'refused',
          evidence: 'it is a key of the root user, which only the root user can take back: sign in as the root user',
        };
      const stranger = admin && (await whyNotOurs(admin, account, partition, context));
      if (stranger) return stranger;
      const form = {
        Action: operation,
        Version: '2010-05-08',
        AccessKeyId: id,
        ...settings,
        // A key that signs for itself is its own user's, which may be the root user, who has no name.
        ...(admin && user !== undefined && { UserName: user }),
      };
      return call(form, { signer: admin ?? { id, secret }, isSelf: !admin, partition }, context);
    },
  };
}

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html, and its like of roles beside it. */
function sessions(does: string, verb: 'Put' | 'Delete'): TransportAction {
  return {
    does,
    needs: ['key_id', 'identity', 'admin'],
    takes: [],
    act: async ({ key_id: id = '', identity = '', admin = '' }, context) => {
      const [, name = '', account = ''] = /^arn:([a-z-]+):[a-z]+::([0-9]{12}):/.exec(identity) ?? [];
      const partition = partitions[name];
      const holder = sessionHolder(identity);
      if (!partition || !holder)
        return {
          outcome: 'refused',
          evidence: 'AWS has told of neither a user nor a role that it is of, and on others no policy can be put',
        };
      const signer = readAwsKey(admin);
      if ('problem' in signer) return { outcome: 'refused', evidence: signer.problem };
      const stranger = await whyNotOurs(signer, account, partition, context);
      if (stranger) return stranger;
      const form = {
        Action: `${verb}${holder.kind === 'user' ? 'User' : 'Role'}Policy`,
        Version: '2010-05-08',
        ...(holder.kind === 'user' ? { UserName: holder.name } : { RoleName: holder.name }),
        PolicyName: policyOf(id),
        ...(verb === 'Put' && { PolicyDocument: denyPolicy(holder, context.now()) }),
      };
      return call(form, { signer, isSelf: false, partition }, context);
    },
  };
}

interface Caller {
  readonly signer: AwsKey;
  readonly isSelf: boolean;
  readonly partition: Partition;
}

async function call(
  form: Readonly<Record<string, string>>,
  { signer, isSelf, partition: { iam, region } }: Caller,
  context: ProtocolContext,
): Promise<Acted> {
  const url = new URL(`https://${iam}/`);
  const sent = await sendSigned(url, form, signer, { service: 'iam', region }, context);
  if ('acted' in sent) return sent.acted;
  const { reply } = sent;
  if (reply.status === 200 && reply.text.includes(`<${form.Action}Response`))
    return { outcome: 'accepted', evidence: `IAM took ${form.Action}` };
  const code = xmlText(reply.text, 'Code') ?? '';
  switch (code) {
    case 'NoSuchEntity':
      // The user may be the one that is not there, and then it says nothing of the key.
      if (form.Action === 'DeleteAccessKey' && /access key/i.test(xmlText(reply.text, 'Message') ?? ''))
        return { outcome: 'gone', evidence: 'IAM answered NoSuchEntity: the user has no such key any more' };
      if (/^Delete(?:User|Role)Policy$/.test(form.Action ?? '') && /policy/i.test(xmlText(reply.text, 'Message') ?? ''))
        return { outcome: 'gone', evidence: 'IAM answered NoSuchEntity: no such policy is there any more' };
      return { outcome: 'refused', evidence: 'IAM answered NoSuchEntity: the account has no such user, or the user no such key' };
    case 'AccessDenied':
      return {
        outcome: 'refused',
        evidence: isSelf
          ? 'IAM answered AccessDenied: the key may not take itself back, by its policies or by the quarantine policy that AWS attaches to leaked keys; leave that in place, and do it with a credential of ours'
          : `IAM answered AccessDenied: the credential of ours needs iam:${form.Action} on the ${form.RoleName === undefined ? 'user' : 'role'}`,
      };
    case 'InvalidClientTokenId':
      if (isSelf)
        return {
          outcome: 'refused',
          evidence: 'IAM answered InvalidClientTokenId: the key is inactive and signs for nobody: it takes a credential of ours',
        };
      break;
    default:
  }
  return unknownAnswer(url, reply, code, context);
}

/** Why a credential of ours is not of the account: a user of the same name in another account is somebody else. */
async function whyNotOurs(
  admin: AwsKey,
  account: string,
  { sts, region }: Partition,
  context: ProtocolContext,
): Promise<Acted | undefined> {
  const url = new URL(`https://${sts}/`);
  const form = { Action: 'GetCallerIdentity', Version: '2011-06-15' };
  const sent = await sendSigned(url, form, admin, { service: 'sts', region }, context);
  // Nothing was changed by asking.
  if ('acted' in sent) return { ...sent.acted, outcome: 'refused' };
  const own = xmlText(sent.reply.text, 'Account');
  if (sent.reply.status === 200 && own === account) return undefined;
  if (sent.reply.status === 200 && /^[0-9]{12}$/.test(own ?? ''))
    return { outcome: 'refused', evidence: `it is a key of the account ${account}, and the credential of ours is of ${own}` };
  const code = xmlText(sent.reply.text, 'Code') ?? '';
  const { evidence } = unknownAnswer(url, sent.reply, code, context);
  return { outcome: 'refused', evidence: `the credential of ours does not work: ${evidence}` };
}

async function sendSigned(
  url: URL,
  form: Readonly<Record<string, string>>,
  signer: AwsKey,
  scope: { readonly service: string; readonly region: string },
  context: ProtocolContext,
) {
  const unsigned = formRequest(url, form, { accept: 'text/xml' });
  const destination = context.wire.endpointOf(url, context.to);
  return sendAct(await signV4(unsigned, destination, signer, scope, context.now()), context);
}

/** A key as AWS prints it (`aws configure export-credentials`), or short: ID:SECRET, and :SESSION-TOKEN behind it. */
function readAwsKey(text: string): AwsKey | { readonly problem: string } {
  const short = /^(A[A-Z0-9]{15,127}):([0-9A-Za-z/+]{40})(?::([0-9A-Za-z/+=]+))?$/.exec(text.trim());
  const said = short ? { AccessKeyId: short[1], SecretAccessKey: short[2], SessionToken: short[3] } : jsonOf(text);
  const { AccessKeyId: id, SecretAccessKey: secret, SessionToken: sessionToken } = said;
  if (typeof id !== 'string' || typeof secret !== 'string')
    return {
      problem:
        'the credential of ours must be ID:SECRET, or ID:SECRET:SESSION-TOKEN, or the JSON of aws configure export-credentials; what was given is none',
    };
  return { id, secret, ...(typeof sessionToken === 'string' && { sessionToken }) };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
