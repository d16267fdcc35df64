import { describe, expect, test } from 'vitest';
import { accountOfKeyId } from '../../src/model/aws-account.ts';
import { Secret } from '../../src/model/secret.ts';
import { judgeOffline } from '../../src/verify/offline.ts';

const now = new Date('2026-11-24T12:00:00Z');
const base64 = (value: unknown) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
const judge = (secret: string, parts: Readonly<Record<string, string>> = {}, own: readonly string[] = []) =>
  judgeOffline(
    {
      secret: new Secret(secret),
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Secret(value)])),
    },
    now,
    own,
  );
const jwt = (claims: object) => `${base64({ alg: 'RS256', typ: 'JWT' })}.${base64(claims)}.${'c2ln'.repeat(20)}`;
const seconds = (iso: string) => Date.parse(iso) / 1000;

/** A key id of an account, as AWS forms them. */
function keyId(account: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  let bits = ((1n << 40n) | BigInt(account)) << 39n;
  let body = '';
  for (let at = 0; at < 16; at++) {
    body = alphabet[Number(bits & 31n)] + body;
    bits >>= 5n;
  }
  return `AK${'IA'}${body}`;
}

test('the account of a key id that AWS documents elsewhere', () => {
  expect(accountOfKeyId(['ASIA', 'QNZGKIQY56JQ7WML'].join(''))).toBe('029608264753');
  expect(accountOfKeyId(['AKIA', 'IOSFODNN7EXAMPLE'].join(''))).toBeUndefined();
});

test.each(['000000000001', '123456789012', '999999999999'])('account %s is read back', (account) => {
  expect(accountOfKeyId(keyId(account))).toBe(account);
});

describe('traps', () => {
  test('a key of canarytokens.org, and one of an account of our own', () => {
    expect(judge(keyId('534261010715'))).toMatchObject({ canary: 'canarytokens.org', told: { account: '534261010715' } });
    expect(judge(keyId('123456789012')).canary).toBeUndefined();
    expect(judge(keyId('123456789012'), {}, ['123456789012']).canary).toContain('123456789012');
  });

  test.each([
    ['x7k.canarytokens.com', true],
    ['https://abc.o.canarytokens.org:443/x', true],
    ['b2f1.canary.tools', true],
    ['canarytokens.com.example.org', false],
    ['notcanarytokens.com', false],
  ])('host %s: %s', (host, expected) => {
    expect(judge('some-password', { host }).canary !== undefined).toBe(expected);
  });
});

describe('expiry', () => {
  test('of a JSON Web Token', () => {
    const ended = judge(jwt({ sub: 'svc', iss: 'https://idp.example', exp: seconds('2026-11-24T11:00:00Z') }));
    expect(ended).toMatchObject({
      told: { identity: 'svc', account: 'https://idp.example', expires: '2026-11-24T11:00:00.000Z' },
    });
    expect(ended.dead).toContain('2026-11-24T11:00:00');
    expect(judge(jwt({ sub: 'svc', exp: seconds('2026-11-24T13:00:00Z') })).dead).toBeUndefined();
    expect(judge(jwt({ sub: 'svc' }))).toEqual({ told: { identity: 'svc' } });
  });

  test('clocks that differ by minutes kill nothing', () => {
    expect(judge(jwt({ exp: seconds('2026-11-24T11:57:00Z') })).dead).toBeUndefined();
  });

  test('of a shared access signature', () => {
    const sas = (se: string) => `https://acme.blob.core.windows.net/c?sv=2024-11-04&sp=rl&se=${encodeURIComponent(se)}&sig=c2ln`;
    expect(judge(sas('2026-01-01T00:00:00Z'))).toMatchObject({
      told: { scopes: ['r', 'l'] },
      dead: expect.stringContaining('2026-01-01'),
    });
    expect(judge(sas('2027-01-01T00:00:00Z')).dead).toBeUndefined();
    expect(judge(sas('2026-01-01T00:00:00Z').replace(/&sig=.*/, '')).dead).toContain('2026-01-01');
  });

  test('of a short-term Bedrock key', () => {
    const key = (date: string) =>
      `bedrock-api-key-${Buffer.from(
        `bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Credential=${keyId('123456789012')}%2F20261124&X-Amz-Date=${date}&X-Amz-Expires=43200`,
      ).toString('base64')}`;
    expect(judge(key('20261123T000000Z')).dead).toBeDefined();
    expect(judge(key('20261124T110000Z'))).toMatchObject({
      told: { account: '123456789012', expires: '2026-11-24T23:00:00.000Z' },
    });
  });

  test('of a JFrog reference token, where 0 means never', () => {
    const token = (expiry: number) => Buffer.from(`reftkn:01:${expiry}:${'x'.repeat(40)}`).toString('base64');
    expect(judge(token(seconds('2025-01-01T00:00:00Z'))).dead).toBeDefined();
    expect(judge(token(0))).toEqual({ told: {} });
  });

  test('of a GitHub installation token, with its app', () => {
    const token = judge(`ghs_${'123456'}_${jwt({ exp: seconds('2026-04-30T00:00:00Z') })}`);
    expect(token).toMatchObject({ told: { account: 'app 123456' }, dead: expect.stringContaining('2026-04-30') });
  });
});

test('owners that values name', () => {
  expect(
    judge(`sntrys_${Buffer.from(JSON.stringify({ iat: 1_700_000_000, org: 'acme' })).toString('base64')}_${'a'.repeat(43)}`).told,
  ).toEqual({
    account: 'acme',
    created: '2023-11-14T22:13:20.000Z',
  });
  expect(judge(`glc_${Buffer.from(JSON.stringify({ o: '42', n: 'ci', k: 'x' })).toString('base64')}`).told).toEqual({
    account: '42',
    identity: 'ci',
  });
});

test.each(['', 'eyJ.eyJ.x', 'eyJhIjoxfQ.eyJ!.x', 'sntrys_eyJ_x', 'glc_eyJ', '?sig=', 'cmVmdGtu', `${'eyJ'.repeat(5000)}.eyJ.x`])(
  '%j tells nothing and breaks nothing',
  (value) => {
    expect(judge(value)).toEqual({ told: {} });
  },
);
