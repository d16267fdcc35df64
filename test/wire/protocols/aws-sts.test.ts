import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import protocol, { askSts } from '../../../src/wire/protocols/aws-sts.ts';
import { type Answer, type Received, startProvider } from './provider.ts';

const account = '609629065308';
const id = `AKIA${'Y34FZKBOKMUTVV7A'}`;
const sessionId = `ASIA${'Y34FZKBOKMUTVV7A'}`;
const secret = 'sts/test+key'.repeat(4).slice(0, 40);
const otherSecret = 'not/the+same'.repeat(4).slice(0, 40);
const token = `IQo${'token/of+a=session'.repeat(8)}`;

describe('GetCallerIdentity against a server that works the signature out by itself', () => {
  test('tells whose a live key is', async () => {
    const sts = await startSts({ keys: { [id]: { secret } } });
    const said = await ask(sts, { key_id: id, secret_key: secret });
    expect(said).toMatchObject({ state: 'live', identity: `arn:aws:iam::${account}:user/O'Neil&Co/ann`, account });
    expect(sts.received.map(({ host }) => host)).toEqual(['sts.us-east-1.amazonaws.com']);
    expect(said.asked).toMatchObject([{ method: 'POST', status: 200 }]);
  });

  test('finds the partition of a key, and sends the secret to none', async () => {
    const sts = await startSts({ keys: { [id]: { secret, host: 'sts.cn-north-1.amazonaws.com.cn' } } });
    expect(await ask(sts, { key_id: id, secret_key: secret })).toMatchObject({
      state: 'live',
      identity: expect.stringMatching(/^arn:aws-cn:/),
    });
    expect(sts.received.map(({ host }) => host)).toEqual(protocol.hosts.slice(0, 3));
    expect(JSON.stringify(sts.received)).not.toContain(secret);
  });

  test('a key that no partition knows is dead', async () => {
    const sts = await startSts({ keys: {} });
    const said = await ask(sts, { key_id: id, secret_key: secret });
    expect(said).toMatchObject({ state: 'dead', account, evidence: expect.stringContaining('InvalidClientTokenId') });
    expect(sts.received.map(({ host }) => host)).toEqual(protocol.hosts);
    expect(said.asked).toHaveLength(protocol.hosts.length);
  });

  test('a key is not dead while one partition says something else', async () => {
    const sts = await startSts({
      keys: {},
      broken: { host: 'sts.us-gov-west-1.amazonaws.com', answer: { status: 403, text: '<html>no</html>' } },
    });
    expect(await ask(sts, { key_id: id, secret_key: secret })).toMatchObject({ state: 'unknown' });
  });

  test('a session needs its token, and is asked about with it', async () => {
    const sts = await startSts({ keys: { [sessionId]: { secret, token } } });
    expect(await ask(sts, { key_id: sessionId, secret_key: secret })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('session token'),
      account,
    });
    expect(sts.received).toHaveLength(0);
    expect(await ask(sts, { key_id: sessionId, secret_key: secret, session_token: token })).toMatchObject({ state: 'live' });
  });

  test('an expired session is dead', async () => {
    const sts = await startSts({ keys: { [sessionId]: { secret, token, isExpired: true } } });
    const said = await ask(sts, { key_id: sessionId, secret_key: secret, session_token: token });
    expect(said).toMatchObject({ state: 'dead', evidence: expect.stringContaining('expired') });
    expect(sts.received).toHaveLength(1);
  });

  test('the wrong secret of a known id is not death', async () => {
    const sts = await startSts({ keys: { [id]: { secret } } });
    const said = await ask(sts, { key_id: id, secret_key: otherSecret });
    expect(said).toMatchObject({ state: 'unknown', account, reason: expect.stringContaining('knows the key id') });
    expect(sts.received).toHaveLength(2);
  });

  test('two secrets tried with one id take turns, and a false SignatureDoesNotMatch is asked about again', async () => {
    const sts = await startSts({ keys: { [id]: { secret } }, confuses: true });
    const context = sts.context(secret, otherSecret);
    const [wrong, right] = await Promise.all(
      [otherSecret, secret].map((secret_key) => askSts({ key_id: id, secret_key }, context, 0)),
    );
    expect(wrong).toMatchObject({ state: 'unknown' });
    expect(right).toMatchObject({ state: 'live', asked: [{ outcome: 'SignatureDoesNotMatch' }, { status: 200 }] });
    expect(sts.received).toHaveLength(4);
  });

  test('a run that is stopped does not wait for STS to forget', async () => {
    const sts = await startSts({ keys: { [id]: { secret } } });
    const context = sts.context(secret);
    // Stopped as soon as the wait, a quarter of an hour, has begun.
    const said = askSts(
      { key_id: id, secret_key: otherSecret },
      { ...context, wire: { ...context.wire, within: stopWithin } },
      900_000,
    );
    function stopWithin(...args: Parameters<typeof context.wire.within>) {
      const waiting = context.wire.within(...args);
      sts.stop();
      return waiting;
    }
    expect(await said).toMatchObject({ state: 'unknown', reason: expect.stringContaining('stopped') });
    expect(sts.received).toHaveLength(1);
  });

  test('a clock that is off is not a wrong secret', async () => {
    const sts = await startSts({ keys: { [id]: { secret } } }, () => new Date('2020-01-01T00:00:00Z'));
    expect(await ask(sts, { key_id: id, secret_key: secret })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('time of this machine'),
    });
    expect(sts.received).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['a login page', { status: 200, text: '<html><body>Sign in</body></html>', headers: { 'content-type': 'text/html' } }],
    ['an identity of another kind', { status: 200, text: '<Arn>javascript:alert(1)</Arn><Account>1</Account>' }],
    ['an error that is none of a key', { status: 400, text: error('Throttling', 'Rate exceeded') }],
    ['a code that is the secret', { status: 400, text: `<Code>${secret.replace(/[^a-z]/g, '')}</Code>` }],
    ['an empty answer', { status: 403, text: '' }],
  ])('%s says nothing', async (_, answer) => {
    const sts = await startSts({ keys: {}, broken: { host: 'sts.us-east-1.amazonaws.com', answer } });
    const said = await askSts({ key_id: id, secret_key: secret }, sts.context(secret.replace(/[^a-z]/g, '')), 0);
    expect(said.state).toBe('unknown');
    expect(JSON.stringify(said)).not.toContain(secret.replace(/[^a-z]/g, ''));
  });
});

interface Key {
  readonly secret: string;
  readonly token?: string;
  readonly isExpired?: boolean;
  readonly host?: string;
}

interface Sts {
  readonly keys: Readonly<Record<string, Key>>;
  readonly broken?: { readonly host: string; readonly answer: Answer };
  /** After a wrong secret the right one is refused once, as STS does for some seconds. */
  readonly confuses?: boolean;
}

async function startSts({ keys, broken, confuses = false }: Sts, now?: () => Date) {
  let isConfused = false;
  return startProvider(
    protocol.hosts,
    (request) => {
      if (request.host === broken?.host) return broken.answer;
      if (request.method !== 'POST' || request.path !== '/' || request.form.get('Action') !== 'GetCallerIdentity')
        return { status: 400, text: error('InvalidAction', 'Could not find operation') };
      const said =
        /^AWS4-HMAC-SHA256 Credential=(\w+)\/(\d{8})\/([\w-]+)\/sts\/aws4_request, SignedHeaders=([\w;-]+), Signature=([0-9a-f]{64})$/.exec(
          request.headers.authorization ?? '',
        );
      if (!said) return { status: 403, text: error('IncompleteSignature', 'no signature') };
      const [, keyId = '', day = '', region = '', signedHeaders = '', signature] = said;
      const key = keys[keyId];
      if (!key || (key.host ?? protocol.hosts[0]) !== request.host || request.headers['x-amz-security-token'] !== key.token)
        return { status: 403, text: error('InvalidClientTokenId', 'The security token included in the request is invalid.') };
      if (key.isExpired)
        return { status: 403, text: error('ExpiredToken', 'The security token included in the request is expired') };
      if (!request.host.includes(region))
        return { status: 403, text: error('SignatureDoesNotMatch', 'Credential should be scoped to a valid region.') };
      const date = String(request.headers['x-amz-date']);
      if (Math.abs(Date.now() - Date.parse(date.replace(/^(....)(..)(..T..)(..)(..)Z$/, '$1-$2-$3:$4:$5Z'))) > 900_000)
        return {
          status: 403,
          text: error('SignatureDoesNotMatch', `Signature expired: ${date} is now earlier than 20990101T000000Z`),
        };
      const isRight = signature === signatureOf(request, key.secret, { day, region, date, signedHeaders });
      const isRefused = !isRight || (confuses && isConfused);
      isConfused = !isRight;
      if (isRefused)
        return { status: 403, text: error('SignatureDoesNotMatch', 'The request signature we calculated does not match') };
      return { status: 200, text: identity(request.host.endsWith('.cn') ? 'aws-cn' : 'aws') };
    },
    now,
  );
}

/** By hand, after https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html. */
function signatureOf(
  request: Received,
  secretKey: string,
  { day, region, date, signedHeaders }: { day: string; region: string; date: string; signedHeaders: string },
): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  for (const needed of ['host', 'x-amz-date']) expect(signedHeaders.split(';')).toContain(needed);
  if (request.headers['x-amz-security-token']) expect(signedHeaders.split(';')).toContain('x-amz-security-token');
  const canonicalHeaders = signedHeaders.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`);
  const canonical = [request.method, request.rawPath, '', canonicalHeaders.join(''), signedHeaders, hash(request.body)].join(
    '\n',
  );
  const toSign = ['AWS4-HMAC-SHA256', date, `${day}/${region}/sts/aws4_request`, hash(canonical)].join('\n');
  const key = ['aws4_request'].reduce(hmac, hmac(hmac(hmac(`AWS4${secretKey}`, day), region), 'sts'));
  return hmac(key, toSign).toString('hex');
}

function identity(partition: string): string {
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>
    <Arn>arn:${partition}:iam::${account}:user/O&apos;Neil&amp;Co/ann</Arn>
    <UserId>AIDA${'Y34FZKBOKMUTVV7A'}</UserId>
    <Account>${account}</Account>
  </GetCallerIdentityResult>
  <ResponseMetadata><RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`;
}

function error(code: string, message: string): string {
  return `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <Error>
    <Type>Sender</Type>
    <Code>${code}</Code>
    <Message>${message}</Message>
  </Error>
  <RequestId>01234567-89ab-cdef-0123-456789abcdef</RequestId>
</ErrorResponse>`;
}

type Started = Awaited<ReturnType<typeof startProvider>>;

function ask(sts: Started, fields: Readonly<Record<string, string>>) {
  return askSts(fields, sts.context(...Object.values(fields).slice(1)), 0);
}
