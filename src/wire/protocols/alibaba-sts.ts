import { randomUUID } from 'node:crypto';
import { signAlibaba } from '../alibaba-signature.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply, toldText, wordOf } from '../protocol-http.ts';

/**
 * AccessKey pairs of Alibaba Cloud, by GetCallerIdentity, which needs no permission:
 * https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-getcalleridentity
 */
const protocol: Protocol = {
  name: 'alibaba-sts',
  needs: ['key_id', 'secret_key'],
  takes: [],
  hosts: ['sts.aliyuncs.com'],
  sends: 'the AccessKey id, and a signature made with the secret, which itself is not sent',
  effects: 'an event in ActionTrail of the account',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const key = { id: fields.key_id ?? '', secret: fields.secret_key ?? '' };
  const url = new URL('https://sts.aliyuncs.com/');
  const destination = context.wire.endpointOf(url, context.to);
  const call = { action: 'GetCallerIdentity', version: '2015-04-01', date: context.now(), nonce: randomUUID() };
  const sent = await exchange(signAlibaba({ method: 'GET', url }, destination, key, call), context);
  return answered(sent, (reply) => judge(reply, context));
}

function judge({ status, json }: Reply, { hide }: ProtocolContext): Judged {
  const identity = toldText(json?.Arn, hide);
  const account = toldText(json?.AccountId, hide);
  if (status === 200 && identity?.startsWith('acs:') && account)
    return { state: 'live', evidence: 'STS GetCallerIdentity told whose key it is', identity, account };
  const code = wordOf(json?.Code, hide);
  if (code === 'InvalidAccessKeyId.NotFound')
    return { state: 'dead', evidence: 'STS says InvalidAccessKeyId.NotFound: there is no such AccessKey', about: 'secret' };
  if (code === 'InvalidAccessKeyId.Inactive')
    return { state: 'dead', evidence: 'STS says InvalidAccessKeyId.Inactive: the AccessKey is disabled', about: 'secret' };
  // Not dead: an id never changes its secret, so what stands beside it is not its own, and its own may lie elsewhere.
  if (code === 'SignatureDoesNotMatch' || code === 'IncompleteSignature')
    return {
      state: 'unknown',
      reason: 'Alibaba Cloud knows the AccessKey id, but the secret found with it is not its own',
      about: 'pair',
    };
  return { state: 'unknown', reason: `STS answered ${status}${code ? ` ${code}` : ''}, which says nothing of the key` };
}
