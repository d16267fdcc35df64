import { createHmac, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SignedCredential, type SignedServer, startSignedServer } from '../../fixtures/providers/signed-server.ts';
import { mariaPrograms, startMaria } from '../../fixtures/servers/mariadb.ts';
import { ldapBase, ldapPrograms, startLdap } from '../../fixtures/servers/openldap.ts';
import { serverSuite } from '../../fixtures/servers/program.ts';
import { redisPrograms, startRedis } from '../../fixtures/servers/redis.ts';
import { startMail } from '../../fixtures/servers/smtp.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { ask } from '../../src/verify/ask.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { createWire } from '../../src/wire/wire.ts';
import { startProvider } from '../wire/protocols/provider.ts';

// Patterns that are verified by a protocol, from the values that they find to the verdict.

const { set } = await loadPatterns({ withExamples: true });

interface Found {
  readonly pattern: Pattern;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
}

let invented = 0;

/** Values of a pattern with all of its parts; `fixed` are those that have to be what they are. */
function find(id: string, fixed: Readonly<Record<string, string>> = {}): Found {
  const pattern = set.patterns.find((one) => one.id === id)!;
  const wanted = pattern.parts.map(({ name }) => name).filter((name) => !Object.hasOwn(fixed, name));
  const template = ['{{secret}}', ...wanted.map((name) => `{{part:${name}}}`)].join(' ');
  const { secret, parts } = expandExample(pattern, template, `protocol patterns ${invented++}`);
  return { pattern, secret: secret as string, parts: { ...(parts as Record<string, string>), ...fixed } };
}

async function verdictOn(
  { pattern, secret, parts }: Found,
  endpoints: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<Verdict> {
  const wire = createWire({ allowHosts: [], endpoints, env, signal: new AbortController().signal });
  try {
    const question = {
      provider: pattern.provider,
      secret: new Secret(secret),
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Secret(value)])),
    };
    const verdict = await ask(pattern.verify!, question, { wire, loadProtocol, isPlaceKnown: () => true, now: () => new Date() });
    expect(JSON.stringify(verdict)).not.toContain(JSON.stringify(secret).slice(1, -1));
    return verdict;
  } finally {
    await wire.close();
  }
}

describe('providers that are shown a signature', () => {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString().trim();
  const cases: readonly {
    readonly id: string;
    readonly fixed?: Readonly<Record<string, string>>;
    readonly live: object;
    /** What a provider says that has forgotten the credential, and that knows it beside another partner. */
    readonly dead: object;
    readonly others: readonly (readonly [name: string, state: SignedCredential['state'], verdict: object])[];
    readonly mispaired: readonly [part: string, verdict: object];
  }[] = [
    {
      id: 'mongodb-atlas-api-key',
      live: { state: 'live', account: 'Acme' },
      dead: { state: 'dead' },
      others: [
        [
          'from another address',
          { status: 403, json: { error: 403, errorCode: 'IP_ADDRESS_NOT_ON_ACCESS_LIST' } },
          { state: 'live' },
        ],
        ['out of order', { status: 500, json: {} }, { state: 'unknown' }],
        ['a page', { status: 200, text: '<html>Sign in</html>' }, { state: 'unknown' }],
        ['no word of Atlas', { status: 401, text: 'proxy' }, { state: 'unknown' }],
      ],
      mispaired: ['public_key', { state: 'dead' }],
    },
    {
      id: 'pusher-app-secret',
      fixed: { cluster: 'eu', 'app-id': '123456' },
      live: { state: 'live', identity: 'app 123456' },
      dead: { state: 'unknown', reason: expect.stringContaining('does not know the key') },
      others: [
        ['over its limits', { status: 403, text: 'Over quota' }, { state: 'live' }],
        ['a late clock', { status: 401, text: 'Timestamp expired: given timestamp …' }, { state: 'unknown' }],
        ['out of order', { status: 502, text: '' }, { state: 'unknown' }],
        ['a page', { status: 200, text: '<html>Sign in</html>' }, { state: 'unknown' }],
      ],
      mispaired: ['key', { state: 'unknown' }],
    },
    {
      id: 'alibaba-access-key',
      live: { state: 'live', identity: 'acs:ram::1234567890123456:user/ann', account: '1234567890123456' },
      dead: { state: 'dead', evidence: expect.stringContaining('NotFound') },
      others: [
        ['switched off', { status: 403, json: { Code: 'InvalidAccessKeyId.Inactive', Message: 'disabled' } }, { state: 'dead' }],
        ['a late clock', { status: 400, json: { Code: 'InvalidTimeStamp.Expired' } }, { state: 'unknown' }],
        ['out of order', { status: 503, text: '' }, { state: 'unknown' }],
      ],
      mispaired: ['secret', { state: 'unknown', reason: expect.stringContaining('not its own') }],
    },
    {
      id: 'coinbase-cdp-api-key',
      fixed: { 'private-key': pem.replaceAll('\n', '\\n') },
      live: { state: 'live', scopes: ['view', 'trade'] },
      dead: { state: 'unknown', reason: expect.stringContaining('401') },
      others: [
        ['out of order', { status: 500, json: {} }, { state: 'unknown' }],
        ['another answer', { status: 200, json: {} }, { state: 'unknown' }],
      ],
      mispaired: ['private-key', { state: 'unknown' }],
    },
    {
      id: 'twitter-access-token-secret',
      live: { state: 'live', identity: 'ann' },
      dead: { state: 'dead', evidence: expect.stringContaining('89') },
      others: [
        ['another plan', { status: 403, json: { errors: [{ code: 453, message: 'subset' }] } }, { state: 'live' }],
        ['suspended', { status: 403, json: { errors: [{ code: 64 }] } }, { state: 'unknown' }],
        ['out of order', { status: 503, json: {} }, { state: 'unknown' }],
      ],
      mispaired: ['consumer-secret', { state: 'unknown' }],
    },
    {
      id: 'digitalocean-spaces-key',
      fixed: { region: 'fra1' },
      live: { state: 'live', account: '6174283' },
      dead: { state: 'unknown', reason: expect.stringContaining('InvalidAccessKeyId') },
      others: [
        [
          'limited to buckets',
          { status: 403, text: '<Error><Code>AccessDenied</Code></Error>' },
          { state: 'live', evidence: expect.stringContaining('limited') },
        ],
        ['a late clock', { status: 403, text: '<Error><Code>RequestTimeTooSkewed</Code></Error>' }, { state: 'unknown' }],
        ['out of order', { status: 503, text: '' }, { state: 'unknown' }],
        ['a page', { status: 200, text: '<html>Sign in</html>' }, { state: 'unknown' }],
      ],
      mispaired: ['secret', { state: 'unknown', reason: expect.stringContaining('not its own') }],
    },
    {
      id: 'azure-shared-access-key',
      fixed: { endpoint: 'acme.servicebus.windows.net', key_name: 'RootManageSharedAccessKey' },
      live: { state: 'live', account: 'acme.servicebus.windows.net', identity: 'RootManageSharedAccessKey' },
      dead: { state: 'dead', evidence: expect.stringContaining('invalid') },
      others: [
        [
          'that may only send',
          {
            status: 401,
            text: '<Error><Code>401</Code><Detail>Manage,EntityRead claims required for this operation.</Detail></Error>',
          },
          { state: 'live', evidence: expect.stringContaining('listen or send') },
        ],
        [
          'of Premium, with another key',
          { status: 401, text: '401 SubCode=40103: Invalid authorization token signature' },
          { state: 'dead' },
        ],
        ['what is public', { status: 200, text: '<feed><title>Publicly Listed Services</title></feed>' }, { state: 'unknown' }],
        ['another network', { status: 401, text: 'Ip has been prevented to connect to the endpoint.' }, { state: 'unknown' }],
        ['out of order', { status: 503, text: '' }, { state: 'unknown' }],
        ['a page', { status: 200, text: '<html>Sign in</html>' }, { state: 'unknown' }],
      ],
      mispaired: ['key_name', { state: 'unknown', reason: expect.stringContaining('queues, topics or hubs') }],
    },
  ];

  let server: SignedServer;
  beforeAll(async () => {
    server = await startSignedServer();
  });
  afterAll(() => server?.close());

  const plant = (found: Found, state: SignedCredential['state']) =>
    server.add({ ...found, provider: found.pattern.provider as SignedCredential['provider'], state });

  describe.each(cases)('$id', ({ id, fixed, live, dead, others, mispaired: [part, mispaired] }) => {
    test('live', async () => {
      const found = find(id, fixed);
      plant(found, 'live');
      expect(await verdictOn(found, server.endpoints)).toMatchObject(live);
    });

    test('forgotten', async () => {
      const found = find(id, fixed);
      plant(found, 'dead');
      expect(await verdictOn(found, server.endpoints)).toMatchObject(dead);
    });

    test.each(others)('%s', async (_, state, verdict) => {
      const found = find(id, fixed);
      plant(found, state);
      expect(await verdictOn(found, server.endpoints)).toMatchObject(verdict);
    });

    test('known, and beside it a stranger', async () => {
      const found = find(id, fixed);
      plant(found, 'live');
      const stranger = part === 'private-key' ? pem.replace(/A/, 'B') : (find(id).parts[part] as string);
      expect(await verdictOn({ ...found, parts: { ...found.parts, [part]: stranger } }, server.endpoints)).toMatchObject(
        mispaired,
      );
    });

    test('nothing beside it', async () => {
      const { pattern, secret } = find(id, fixed);
      expect(await verdictOn({ pattern, secret, parts: {} }, server.endpoints)).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('not found beside it'),
      });
    });
  });
});

describe.each([
  ['databricks-oauth-secret', { host: 'acme.cloud.databricks.com' }, '*.cloud.databricks.com', '/oidc/v1/token', 'invalid_scope'],
  ['linkedin-client-secret', {}, 'www.linkedin.com', '/oauth/v2/accessToken', 'access_denied'],
  ['linkedin-legacy-client-secret', {}, 'www.linkedin.com', '/oauth/v2/accessToken', 'access_denied'],
] as const)('%s, a client of OAuth', (id, fixed, host, path, refusal) => {
  async function asked(isKnown: boolean): Promise<Verdict> {
    const found = find(id, fixed);
    const clientId = found.parts['client-id'] as string;
    const basic = `Basic ${Buffer.from(`${clientId}:${encodeURIComponent(found.secret)}`).toString('base64')}`;
    const provider = await startProvider([host], ({ method, path: at, headers, form }) => {
      if (method !== 'POST' || at !== path || form.get('grant_type') !== 'client_credentials') return { status: 400, json: {} };
      const isRight =
        headers.authorization === basic || (form.get('client_id') === clientId && form.get('client_secret') === found.secret);
      return isKnown && isRight
        ? { status: 400, json: { error: refusal } }
        : { status: 401, json: { error: 'invalid_client', error_description: 'Client authentication failed' } };
    });
    return verdictOn(found, provider.endpoints(found.pattern.provider));
  }

  test('is live when it is refused for something else than its secret', async () => {
    expect(await asked(true)).toMatchObject({ state: 'live', evidence: expect.stringContaining(refusal) });
  });
  test('is dead when its secret is refused', async () => {
    expect(await asked(false)).toMatchObject({ state: 'dead' });
  });
});

describe('azure-shared-access-key, of an IoT hub', () => {
  const unauthorized = { Message: 'ErrorCode:IotHubUnauthorizedAccess;Unauthorized', ExceptionMessage: 'Tracking ID:0-G:4' };
  const counted = { totalDeviceCount: 3, enabledDeviceCount: 2, disabledDeviceCount: 1 };
  // https://learn.microsoft.com/en-us/azure/iot-hub/iot-hub-dev-guide-sas: the key is decoded, and the resource is the host.
  test.each([
    ['live', 0, { status: 200, json: counted }, { state: 'live', identity: 'iothubowner', account: 'acme.azure-devices.net' }],
    ['of another network, or another key', 1, { status: 401, json: unauthorized }, { state: 'unknown' }],
    [
      'that may not read the registry',
      0,
      { status: 401, json: { Message: "Authorization rule 'device' does not allow access for '/statistics/devices'" } },
      { state: 'live', evidence: expect.stringContaining('registry') },
    ],
    ['another answer', 0, { status: 200, json: {} }, { state: 'unknown' }],
  ])('%s', async (_, isOther, answer, verdict) => {
    const found = find('azure-shared-access-key', { endpoint: 'acme.azure-devices.net', key_name: 'iothubowner' });
    const provider = await startProvider(['*.azure-devices.net'], ({ method, path, query, headers }) => {
      const shape = /^SharedAccessSignature sr=acme\.azure-devices\.net&sig=([^&]+)&se=(\d+)&skn=iothubowner$/;
      const [, signature = '', expiry = ''] = shape.exec(headers.authorization ?? '') ?? [];
      const right = createHmac('sha256', Buffer.from(found.secret, 'base64')).update(`acme.azure-devices.net\n${expiry}`);
      const isSigned = decodeURIComponent(signature) === right.digest('base64');
      if (method !== 'GET' || path !== '/statistics/devices' || query.get('api-version') !== '2021-04-12')
        return { status: 400, json: {} };
      return isSigned ? answer : { status: 401, json: unauthorized };
    });
    const asked = isOther ? { ...find('azure-shared-access-key'), parts: found.parts } : found;
    expect(await verdictOn(asked, provider.endpoints('azure'))).toMatchObject(verdict);
    expect(provider.received).toHaveLength(1);
  });
});

const maria = serverSuite('planetscale-password, a user of MySQL', mariaPrograms);
describe.skipIf(maria.skip)(maria.title, () => {
  test('live and dead, by a server whose certificate holds', async () => {
    const found = find('planetscale-password', { host: 'aws.connect.psdb.cloud' });
    const server = await startMaria();
    try {
      await server.query(`create user '${found.parts.user}' identified by '${found.secret}'`);
      const endpoints = [`planetscale@aws.connect.psdb.cloud=tcp://localhost:${server.port}`];
      const env = { SSL_CERT_FILE: server.certFile };
      expect(await verdictOn(found, endpoints, env)).toMatchObject({ state: 'live', identity: expect.stringMatching(/@%$/) });
      const other = { ...find('planetscale-password'), parts: found.parts };
      expect(await verdictOn(other, endpoints, env)).toMatchObject({ state: 'dead' });
      expect(await verdictOn(found, endpoints)).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('certificate'),
      });
    } finally {
      await server.stop();
    }
  });
});

const redis = serverSuite('azure-cache-connection-string, a password of Redis', redisPrograms);
describe.skipIf(redis.skip)(redis.title, () => {
  test('live and dead', async () => {
    const found = find('azure-cache-connection-string', { host: 'acme.redis.cache.windows.net:6380' });
    const server = await startRedis([`user default on >${found.secret} ~* &* +@all`]);
    try {
      const endpoints = [`azure@*.redis.cache.windows.net=tcp://127.0.0.1:${server.tlsPort}`];
      expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live' });
      const other = { ...find('azure-cache-connection-string'), parts: found.parts };
      expect(await verdictOn(other, endpoints)).toMatchObject({ state: 'dead' });
    } finally {
      await server.stop();
    }
  });
});

test('brevo-smtp-key, a password of a mail server', async () => {
  const found = find('brevo-smtp-key', { email: 'ann@acme.example' });
  const server = await startMail(found.secret, {});
  try {
    const endpoints = [`brevo@smtp-relay.brevo.com=tcp://127.0.0.1:${server.port}`];
    expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live', identity: 'ann@acme.example' });
    const other = { ...find('brevo-smtp-key'), parts: found.parts };
    expect(await verdictOn(other, endpoints)).toMatchObject({ state: 'dead' });
  } finally {
    await server.stop();
  }
});

test.each(['smtp-url', 'smtp-password'])('%s: the server that stands beside it is asked when it is allowed', async (id) => {
  const found = find(id, { host: 'smtp.acme.example', user: 'mailer', ...(id === 'smtp-url' && { scheme: 'smtp' }) });
  const server = await startMail(decodeURIComponent(found.secret), {});
  try {
    expect(await verdictOn(found, [])).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('--allow-host smtp.acme.example'),
    });
    expect(server.commands).toEqual([]);
    const endpoints = [`smtp@smtp.acme.example=tcp://127.0.0.1:${server.port}`];
    expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live', identity: 'mailer' });
    expect(await verdictOn({ ...find(id), parts: found.parts }, endpoints)).toMatchObject({ state: 'dead' });
  } finally {
    await server.stop();
  }
});

const ldap = serverSuite('passwords of a directory', ldapPrograms);
describe.skipIf(ldap.skip)(ldap.title, () => {
  test.each([
    ['ldap-url', 'user'],
    ['ldap-bind-password', 'dn'],
  ] as const)('%s: the directory that stands beside it is asked when it is allowed', async (id, name) => {
    const dn = `uid=ann,${ldapBase}`;
    const found = find(id, { host: 'ldap.acme.example', scheme: 'ldap', [name]: dn });
    const server = await startLdap({ ann: id === 'ldap-url' ? decodeURIComponent(found.secret) : found.secret });
    try {
      expect(await verdictOn(found, [])).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('--allow-host ldap.acme.example'),
      });
      const endpoints = [`ldap@ldap.acme.example=tcp://127.0.0.1:${server.port}`];
      expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live' });
      expect(await verdictOn({ ...find(id), parts: found.parts }, endpoints)).toMatchObject({ state: 'dead' });
    } finally {
      await server.stop();
    }
  });
});

test.each([
  ['its issuer', 'https://login.acme.example/realms/shop'],
  ['its token endpoint', 'https://login.acme.example/realms/shop/token'],
])('oauth-client-secret: the server is asked that stands beside it as %s', async (_, server) => {
  const found = find('oauth-client-secret', { client_id: 'shop', server });
  const [issuer, host] = ['https://login.acme.example/realms/shop', 'login.acme.example'];
  const provider = await startProvider([host], ({ path, headers, form }) => {
    if (path === '/realms/shop/.well-known/openid-configuration')
      return { status: 200, json: { issuer, token_endpoint: `${issuer}/token`, revocation_endpoint: `${issuer}/revoke` } };
    const inForm = new URLSearchParams({ '': found.secret }).toString().slice(1);
    if (headers.authorization !== `Basic ${Buffer.from(`shop:${inForm}`).toString('base64')}`)
      return { status: 401, json: { error: 'invalid_client' } };
    if (path === '/realms/shop/token') return { status: 200, json: { access_token: 'minted-for-shop', token_type: 'Bearer' } };
    return path === '/realms/shop/revoke' && form.get('token') === 'minted-for-shop'
      ? { status: 200, json: {} }
      : { status: 404, json: {} };
  });
  expect(await verdictOn(found, [])).toMatchObject({ state: 'unknown', reason: expect.stringContaining(`--allow-host ${host}`) });
  expect(provider.received).toEqual([]);
  const live = await verdictOn(found, provider.endpoints('oauth'));
  expect(live).toMatchObject({ state: 'live', identity: 'shop' });
  // Only an issuer says where to take back what it issued.
  expect(provider.received.some(({ path }) => path.endsWith('/revoke'))).toBe(server === issuer);
  const other = { ...find('oauth-client-secret'), parts: found.parts };
  expect(await verdictOn(other, provider.endpoints('oauth'))).toMatchObject({ state: 'dead' });
});

test('oauth-introspection-secret: the endpoint that stands beside it is asked about a token that nobody has', async () => {
  const found = find('oauth-introspection-secret', { client_id: 'shop', endpoint: 'https://login.acme.example/introspect' });
  const inForm = new URLSearchParams({ '': found.secret }).toString().slice(1);
  const right = `Basic ${Buffer.from(`shop:${inForm}`).toString('base64')}`;
  let isOpen = false;
  const provider = await startProvider(['login.acme.example'], ({ path, headers, form }) => {
    if (path !== '/introspect' || !form.get('token')) return { status: 404, json: {} };
    return isOpen || headers.authorization === right
      ? { status: 200, json: { active: false } }
      : { status: 401, json: { error: 'invalid_client' } };
  });
  const endpoints = provider.endpoints('oauth');
  expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live', identity: 'shop' });
  const other = { ...find('oauth-introspection-secret'), parts: found.parts };
  expect(await verdictOn(other, endpoints)).toMatchObject({ state: 'dead' });
  isOpen = true;
  expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('made-up') });
  expect(await verdictOn(found, [])).toMatchObject({ state: 'unknown', reason: expect.stringContaining('--allow-host') });
});

test('salesforce-consumer-secret: the organization that stands beside it is asked about a token that nobody has', async () => {
  const host = 'acme.my.salesforce.com';
  const found = find('salesforce-consumer-secret', { host });
  const right = `Basic ${Buffer.from(`${found.secret}:${found.parts.secret}`).toString('base64')}`;
  const provider = await startProvider(['*.my.salesforce.com'], ({ method, path, headers, form }) => {
    if (method !== 'POST' || path !== '/services/oauth2/introspect' || !form.get('token')) return { status: 404, json: {} };
    return headers.authorization === right
      ? { status: 200, json: { active: false } }
      : { status: 401, json: { error: 'invalid_client', error_description: 'invalid client credentials' } };
  });
  const endpoints = provider.endpoints('salesforce');
  expect(await verdictOn(found, endpoints)).toMatchObject({ state: 'live' });
  const { secret } = find('salesforce-consumer-secret').parts;
  expect(await verdictOn({ ...found, parts: { host, secret: secret as string } }, endpoints)).toMatchObject({ state: 'dead' });
  const alone = { ...found, parts: { secret: found.parts.secret as string } };
  expect(await verdictOn(alone, endpoints)).toMatchObject({
    state: 'unknown',
    reason: expect.stringContaining('not found beside it'),
  });
  expect(provider.received).toHaveLength(3);
});
