import { setTimeout as pause } from 'node:timers/promises';
import { accountOfKeyId } from '../../model/aws-account.ts';
import type { Asked, Told } from '../../model/verdict.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { type Exchange, exchange, formRequest, toldOf, toldText, wordOf } from '../protocol-http.ts';
import { type AwsKey, signV4 } from '../sigv4.ts';
import type { Wire } from '../wire.ts';
import { xmlText } from '../xml-text.ts';

/**
 * A key is known in its own partition only: https://docs.aws.amazon.com/general/latest/gr/sts.html. Regional endpoints,
 * because they take tokens of every region; of each partition a region that cannot be switched off.
 */
const partitions = [
  { host: 'sts.us-east-1.amazonaws.com', region: 'us-east-1' },
  { host: 'sts.us-gov-west-1.amazonaws.com', region: 'us-gov-west-1' },
  { host: 'sts.cn-north-1.amazonaws.com.cn', region: 'cn-north-1' },
  { host: 'sts.eusc-de-east-1.amazonaws.eu', region: 'eusc-de-east-1' },
] as const;

type Partition = (typeof partitions)[number];

/**
 * STS may answer SignatureDoesNotMatch to the right secret when another was tried with the same id up to five seconds
 * before, so such an answer is asked for again when that time is over.
 */
const settleMs = 5_500;

/**
 * AWS access keys, by GetCallerIdentity: https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html.
 * It needs no permission and no policy can deny it.
 */
const protocol: Protocol = {
  name: 'aws-sts',
  needs: ['key_id', 'secret_key'],
  takes: ['session_token'],
  hosts: partitions.map(({ host }) => host),
  sends: 'the key id, the session token, and a signature made with the secret key, which itself is not sent',
  effects: 'an event in CloudTrail of the account',
  ask: (fields, context) => askSts(fields, context, settleMs),
};

export default protocol;

/** Asks whose key it is, partition after partition; `settle` is how long STS keeps a wrong secret in mind, in milliseconds. */
export async function askSts(
  fields: Readonly<Record<string, string>>,
  context: ProtocolContext,
  settle: number,
): Promise<ProtocolAnswer> {
  const key = {
    id: fields.key_id ?? '',
    secret: fields.secret_key ?? '',
    ...(fields.session_token && { sessionToken: fields.session_token }),
  };
  const told = toldOf({ account: accountOfKeyId(key.id) });
  if (key.id.startsWith('ASIA') && !key.sessionToken) {
    const reason = 'temporary credentials need their session token, which was not found beside them';
    return { state: 'unknown', reason, asked: [], ...told };
  }
  return inTurn(context.wire, key.id, () => askPartitions(key, told, context, settle));
}

async function askPartitions(key: AwsKey, told: Told, context: ProtocolContext, settle: number): Promise<ProtocolAnswer> {
  const asked: Asked[] = [];
  for (const partition of partitions) {
    let said = await askPartition(partition, key, context);
    if (said.code === 'SignatureDoesNotMatch' && !isClock(said.message)) {
      asked.push(said.asked);
      const stopped = await rest(partition, context, settle);
      if (stopped) return { state: 'unknown', reason: stopped, asked, ...told };
      said = await askPartition(partition, key, context);
    }
    asked.push(said.asked);
    if (said.code === 'InvalidClientTokenId') continue;
    return { ...told, ...judge(said, context), asked };
  }
  return {
    ...told,
    state: 'dead',
    evidence: 'no partition of AWS knows the key id, or it is inactive: InvalidClientTokenId',
    about: 'secret',
    asked,
  };
}

interface Said {
  readonly asked: Asked;
  /** Why nothing was said. */
  readonly failure?: string;
  readonly identity?: string;
  readonly account?: string;
  readonly code?: string;
  readonly message?: string;
}

async function askPartition(partition: Partition, key: AwsKey, context: ProtocolContext): Promise<Said> {
  const url = new URL(`https://${partition.host}/`);
  const unsigned = formRequest(url, { Action: 'GetCallerIdentity', Version: '2011-06-15' }, { accept: 'text/xml' });
  const destination = context.wire.endpointOf(url, context.to);
  const request = await signV4(unsigned, destination, key, { service: 'sts', region: partition.region }, context.now());
  return said(await exchange(request, context), context);
}

function said(sent: Exchange, context: ProtocolContext): Said {
  if (!('reply' in sent)) return { failure: sent.reason, asked: sent.asked };
  const { status, text } = sent.reply;
  if (status === 200) {
    const identity = toldText(xmlText(text, 'Arn'), context.hide);
    const account = xmlText(text, 'Account');
    if (identity?.startsWith('arn:aws') && account && /^[0-9]{12}$/.test(account))
      return { asked: sent.noted('GetCallerIdentity told whose it is'), identity, account };
    return { failure: 'what answered was not STS', asked: sent.noted('200, but no identity') };
  }
  const code = wordOf(xmlText(text, 'Code'), context.hide);
  if (code === undefined) return { failure: `STS answered ${status} and no error of AWS`, asked: sent.noted('no error of AWS') };
  return { asked: sent.noted(code), code, message: xmlText(text, 'Message') ?? '' };
}

function judge(
  said: Said,
  context: ProtocolContext,
): Told & ({ state: 'live' | 'dead'; evidence: string } | { state: 'unknown'; reason: string; about?: 'pair' }) {
  const { code, identity, account } = said;
  if (identity !== undefined && account !== undefined)
    return { state: 'live', evidence: 'STS GetCallerIdentity told whose key it is', identity, account };
  if (code === 'ExpiredToken' || code === 'ExpiredTokenException')
    return { state: 'dead', evidence: 'STS says that the session token is expired' };
  if (code === 'SignatureDoesNotMatch') {
    // Not dead: an id never changes its secret, so what stands beside it is not its own, and its own may lie elsewhere.
    const reason = isClock(said.message)
      ? `STS refuses the time of this machine, ${context.now().toISOString()}`
      : 'AWS knows the key id, but the secret key found with it is not its own';
    return isClock(said.message) ? { state: 'unknown', reason } : { state: 'unknown', reason, about: 'pair' };
  }
  return { state: 'unknown', reason: said.failure ?? `STS answered ${code}, which says nothing of the key` };
}

/** "Signature expired: … is now earlier than …" and "Signature not yet current: …". */
function isClock(message = ''): boolean {
  return /^Signature (?:expired|not yet current)/.test(message);
}

async function rest(partition: Partition, context: ProtocolContext, ms: number): Promise<string | undefined> {
  const rested = await context.wire.within(partition.host, context.to, async (signal) => {
    await pause(ms, undefined, { signal });
    return 'rested' as const;
  });
  return rested === 'rested' ? undefined : rested.failure.detail;
}

const turns = new WeakMap<Wire, Map<string, Promise<unknown>>>();

/** Secrets tried with the same id take turns, or each would spoil the answer to the other. */
async function inTurn<T>(wire: Wire, id: string, work: () => Promise<T>): Promise<T> {
  const queue = turns.get(wire) ?? new Map<string, Promise<unknown>>();
  turns.set(wire, queue);
  const turn = (queue.get(id) ?? Promise.resolve()).then(work, work);
  queue.set(id, turn);
  try {
    return await turn;
  } finally {
    if (queue.get(id) === turn) queue.delete(id);
  }
}
