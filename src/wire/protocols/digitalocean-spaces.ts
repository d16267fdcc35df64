import { createHash } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply, toldText, wordOf } from '../protocol-http.ts';
import { signV4 } from '../sigv4.ts';
import { xmlText } from '../xml-text.ts';

/**
 * Keys of DigitalOcean Spaces, by the list of the buckets of one region; nothing that is stored is read.
 * https://docs.digitalocean.com/reference/api/spaces/#list-all-buckets
 */
const protocol: Protocol = {
  name: 'digitalocean-spaces',
  needs: ['key_id', 'secret_key', 'region'],
  takes: [],
  hosts: ['*.digitaloceanspaces.com'],
  sends: 'the access key, and a signature made with the secret key, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { key_id: id = '', secret_key: secret = '', region = '' } = fields;
  if (!/^[a-z]{3}[0-9]$/.test(region))
    return { state: 'unknown', reason: 'what stands beside it is no region of Spaces', asked: [] };
  const url = new URL(`https://${region}.digitaloceanspaces.com/`);
  const headers = { accept: 'application/xml', 'x-amz-content-sha256': createHash('sha256').update('').digest('hex') };
  const destination = context.wire.endpointOf(url, context.to);
  const signed = await signV4(
    { method: 'GET', url, headers },
    destination,
    { id, secret },
    { service: 's3', region },
    context.now(),
  );
  return answered(await exchange(signed, context), (reply) => judge(reply, region, context));
}

/** Answers as those of S3: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html#ErrorCodeList */
function judge({ status, text }: Reply, region: string, { hide }: ProtocolContext): Judged {
  if (status === 200 && /<ListAllMyBucketsResult[\s>]/.test(text)) {
    const account = toldText(xmlText(text, 'ID'), hide);
    return { state: 'live', evidence: `Spaces listed the buckets in ${region}`, ...(account !== undefined && { account }) };
  }
  const code = wordOf(xmlText(text, 'Code'), hide);
  if (status === 403 && code === 'InvalidAccessKeyId')
    return { state: 'dead', evidence: `Spaces in ${region} says InvalidAccessKeyId: it knows no such key` };
  if (status === 403 && code === 'SignatureDoesNotMatch')
    return {
      state: 'unknown',
      reason: 'Spaces knows the access key, but the secret key found with it is not its own',
      about: 'pair',
    };
  if (status === 403 && code === 'AccessDenied')
    return {
      state: 'live',
      evidence: 'Spaces took the signature, and the key is limited: AccessDenied to the list of all buckets',
    };
  return { state: 'unknown', reason: `Spaces answered ${status}${code ? ` ${code}` : ''}, which says nothing of the key` };
}
