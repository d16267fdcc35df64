import { createHmac } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply } from '../protocol-http.ts';

/** How long the token lives that is made for the one request, in seconds. */
const lifetime = 300;

/**
 * Shared access keys of Service Bus and Event Hubs namespaces, and of IoT hubs, by a read of the namespace or the hub itself:
 * the list of its event hubs, https://learn.microsoft.com/en-us/rest/api/eventhub/list-event-hubs, and the count of its
 * devices, https://learn.microsoft.com/en-us/rest/api/iothub/service/statistics/get-device-statistics. No message is touched.
 */
const protocol: Protocol = {
  name: 'azure-messaging',
  needs: ['host', 'key_name', 'secret'],
  takes: [],
  hosts: [
    '*.servicebus.windows.net',
    '*.servicebus.usgovcloudapi.net',
    '*.servicebus.chinacloudapi.cn',
    '*.azure-devices.net',
    '*.azure-devices.us',
    '*.azure-devices.cn',
  ],
  sends: 'the name of the key, and a token for five minutes that is signed with the key, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { key_name: keyName = '', secret = '' } = fields;
  const host = (fields.host ?? '').toLowerCase();
  const isHub = /^[0-9a-z-]{1,63}\.azure-devices\.(?:net|us|cn)$/.test(host);
  if (!isHub && !/^[0-9a-z-]{1,63}\.servicebus\.(?:windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$/.test(host))
    return { state: 'unknown', reason: 'what stands beside it is no namespace and no IoT hub', asked: [] };
  const told = { account: host, identity: keyName };
  const expiry = Math.floor(context.now().getTime() / 1000) + lifetime;
  // The key of a namespace signs as it is written, that of a hub as the bytes that it stands for.
  const authorization = isHub
    ? sasToken(host, keyName, Buffer.from(secret, 'base64'), expiry)
    : sasToken(`https://${host}/`, keyName, secret, expiry);
  const url = new URL(
    isHub
      ? `https://${host}/statistics/devices?api-version=2021-04-12`
      : `https://${host}/$Resources/Eventhubs?api-version=2014-01`,
  );
  return answered(await exchange({ method: 'GET', url, headers: { authorization } }, context), (reply) => ({
    ...told,
    ...(isHub ? judgeHub(reply) : judgeNamespace(reply, keyName)),
  }));
}

/**
 * https://learn.microsoft.com/en-us/azure/service-bus-messaging/service-bus-sas#generate-a-shared-access-signature-token and
 * https://learn.microsoft.com/en-us/azure/iot-hub/iot-hub-dev-guide-sas#sas-token-structure
 */
export function sasToken(resource: string, keyName: string, key: string | Buffer, expiry: number): string {
  const uri = encodeURIComponent(resource);
  const signature = createHmac('sha256', key).update(`${uri}\n${expiry}`).digest('base64');
  return `SharedAccessSignature sr=${uri}&sig=${encodeURIComponent(signature)}&se=${expiry}&skn=${encodeURIComponent(keyName)}`;
}

/** The policy that a namespace is made with, and none of its queues, topics and hubs: see service-bus-sas, above. */
const ownPolicy = 'RootManageSharedAccessKey';

function judgeNamespace({ status, text }: Reply, keyName: string): Judged {
  // Without a token the list of what is public may be answered, to anybody.
  if (status === 200 && /<feed[\s>]/.test(text) && !text.includes('Publicly Listed'))
    return { state: 'live', evidence: 'the namespace listed its event hubs' };
  if (status === 401 && /\bclaim(?:s|\(s\))? (?:are |is )?required\b/.test(text))
    return { state: 'live', evidence: 'the namespace took the signature, and the key may listen or send, not manage' };
  if (status === 401 && /\bInvalidSignature\b|Invalid authorization token signature/.test(text))
    return keyName === ownPolicy
      ? { state: 'dead', evidence: `the namespace says that the signature is invalid: its ${ownPolicy} has another key` }
      : {
          state: 'unknown',
          reason: 'the namespace does not know the key by this name; it may be of one of its queues, topics or hubs',
        };
  return { state: 'unknown', reason: `the namespace answered ${status}, which says nothing of the key` };
}

/** A hub says Unauthorized to a wrong key and to a network that it does not allow: https://learn.microsoft.com/en-us/azure/iot-hub/troubleshoot-error-codes */
function judgeHub({ status, json, text }: Reply): Judged {
  if (status === 200 && typeof json?.totalDeviceCount === 'number')
    return { state: 'live', evidence: 'the hub counted its devices' };
  if (status === 401 && /Authorization rule '[^']*' does not allow access for/.test(text))
    return { state: 'live', evidence: 'the hub took the signature, and the policy of the key may not read the registry' };
  return { state: 'unknown', reason: `the hub answered ${status}, which says nothing of the key` };
}
