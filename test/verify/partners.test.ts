import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import { startSignedServer } from '../../fixtures/providers/signed-server.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { Secret } from '../../src/model/secret.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { foldFindings } from '../../src/scan/fold.ts';
import { createScanner } from '../../src/scan/scanner.ts';
import { type Answered, askPartners } from '../../src/verify/partners.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { createWire, type Wire } from '../../src/wire/wire.ts';

// A secret among several that may be its other half.

const { set } = await loadPatterns({ withExamples: true });
const twilio = patternOf('twilio-auth-token');

let server: ProviderServer;
let wire: Wire;

beforeAll(async () => {
  server = await startProviderServer(readDescriptions(new URL('../../fixtures/providers/', import.meta.url)));
  wire = createWire({ allowHosts: [], endpoints: server.endpoints('twilio'), env: {}, signal: new AbortController().signal });
});
afterAll(async () => {
  await wire.close();
  await server.close();
});

function patternOf(id: string): Pattern {
  return set.patterns.find((pattern) => pattern.id === id)!;
}

let invented = 0;

function invent(pattern: Pattern, part: string): { readonly secret: string; readonly part: string } {
  const { secret, parts } = expandExample(pattern, `{{secret}} {{part:${part}}}`, `partners ${invented++}`);
  return { secret: secret as string, part: (parts as Record<string, string>)[part] as string };
}

const sids = () => invent(twilio, 'account-sid').part;

async function askTwilio(
  secret: string,
  [nearest, ...others]: readonly string[],
  more: { readonly isPlaceProven?: boolean } = {},
): Promise<Answered> {
  return askPartners(
    twilio.verify!,
    {
      provider: 'twilio',
      secret: new Secret(secret),
      parts: nearest === undefined ? {} : { 'account-sid': new Secret(nearest) },
      ...(others.length > 0 && { otherParts: { 'account-sid': others.map((one) => new Secret(one)) } }),
      ...more,
    },
    { wire, loadProtocol, isPlaceKnown: () => true, now: () => new Date() },
  );
}

function plant(state: 'live' | 'dead'): { readonly secret: string; readonly own: string } {
  const { secret, part: own } = invent(twilio, 'account-sid');
  server.add({ pattern: twilio.id, secret, parts: { 'account-sid': own }, state });
  return { secret, own };
}

/** Another account, which refuses the token as Twilio does. */
function stranger(secret: string): string {
  const other = sids();
  server.add({ pattern: twilio.id, secret, parts: { 'account-sid': other }, state: 'dead' });
  return other;
}

test('a token whose own account stands further off is alive, and its parts are those', async () => {
  const { secret, own } = plant('live');
  const { verdict, parts } = await askTwilio(secret, [stranger(secret), stranger(secret), own]);
  expect(verdict).toMatchObject({ state: 'live', account: expect.any(String) });
  expect(parts?.['account-sid']?.reveal()).toBe(own);
});

test('with one possible account, what is refused is dead', async () => {
  const { secret, own } = plant('dead');
  expect((await askTwilio(secret, [own])).verdict).toMatchObject({ state: 'dead' });
});

test('with several, and none of them its own, it is unknown, and why is said', async () => {
  const { secret } = plant('live');
  const { verdict, parts } = await askTwilio(secret, [stranger(secret), stranger(secret)]);
  expect(verdict).toMatchObject({
    state: 'unknown',
    reason: expect.stringMatching(/20003.*several values near it may be its account-sid/),
  });
  expect(verdict).not.toHaveProperty('evidence');
  expect(parts).toBeUndefined();
  expect(JSON.stringify(verdict)).not.toContain(secret);
});

test('what was alive before is dead when all of them are refused', async () => {
  const { secret, own } = plant('dead');
  expect((await askTwilio(secret, [own, stranger(secret)], { isPlaceProven: true })).verdict).toMatchObject({ state: 'dead' });
});

test('four are tried, and no more', async () => {
  const { secret, own } = plant('live');
  const strangers = Array.from({ length: 4 }, () => stranger(secret));
  const { verdict } = await askTwilio(secret, [...strangers, own]);
  expect(verdict).toMatchObject({ state: 'unknown' });
  const accounts = new Set('asked' in verdict ? verdict.asked!.map(({ url }) => url) : []);
  expect(accounts.size).toBeGreaterThan(0);
  // Each at the four regions of Twilio.
  expect('asked' in verdict && verdict.asked).toHaveLength(16);
});

test('a host that is out of order is not asked again with another', async () => {
  const { secret, part: own } = invent(twilio, 'account-sid');
  server.add({ pattern: twilio.id, secret, parts: { 'account-sid': own }, state: { misbehaves: 'out-of-order' } });
  const { verdict } = await askTwilio(secret, [own, stranger(secret)]);
  expect(verdict).toMatchObject({ state: 'unknown', reason: expect.stringContaining('500') });
  expect('asked' in verdict && verdict.asked).toHaveLength(4);
});

test('an id that its provider does not know is dead whatever stands beside it; one beside a stranger finds its own', async () => {
  const alibaba = patternOf('alibaba-access-key');
  const signed = await startSignedServer();
  const own = createWire({ allowHosts: [], endpoints: signed.endpoints, env: {}, signal: new AbortController().signal });
  const askAlibaba = (secret: string, [nearest, other]: readonly [string, string]) =>
    askPartners(
      alibaba.verify!,
      {
        provider: 'alibaba',
        secret: new Secret(secret),
        parts: { secret: new Secret(nearest) },
        otherParts: { secret: [new Secret(other)] },
      },
      { wire: own, loadProtocol, isPlaceKnown: () => true, now: () => new Date() },
    );
  try {
    const unknown = invent(alibaba, 'secret');
    const strange = invent(alibaba, 'secret').part;
    expect((await askAlibaba(unknown.secret, [strange, unknown.part])).verdict).toMatchObject({ state: 'dead' });
    expect(signed.asked).toHaveLength(1);
    const known = invent(alibaba, 'secret');
    signed.add({ provider: 'alibaba', secret: known.secret, parts: { secret: known.part }, state: 'live' });
    const { verdict, parts } = await askAlibaba(known.secret, [strange, known.part]);
    expect(verdict).toMatchObject({ state: 'live' });
    expect(parts?.secret?.reveal()).toBe(known.part);
    expect((await askAlibaba(known.secret, [strange, invent(alibaba, 'secret').part])).verdict).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('not its own'),
    });
  } finally {
    await own.close();
    await signed.close();
  }
});

test('what could be its part is kept, the nearest first, and from every place where the secret stands', () => {
  const { secret } = invent(twilio, 'account-sid');
  const [far, near, behind, elsewhere] = [sids(), sids(), sids(), sids()];
  const scan = (text: string) =>
    createScanner(set.patterns, { minConfidence: 0.5 })
      .scan(Buffer.from(text))
      .filter(({ pattern }) => set.patterns[pattern] === twilio);
  const [match] = scan(`A=${far}\nB=${near}\nTWILIO_AUTH_TOKEN=${secret}\n# of another team, of the time before: ${behind}\n`);
  expect(match).toMatchObject({
    parts: { 'account-sid': near },
    otherParts: { 'account-sid': expect.arrayContaining([far, behind]) },
  });
  const [alone] = scan(`TWILIO_ACCOUNT_SID=${elsewhere}\nTWILIO_AUTH_TOKEN=${secret}\nSID=${elsewhere}\n`);
  expect(alone).not.toHaveProperty('otherParts');

  const candidates = [match!, alone!].map((one, index) => ({
    pattern: twilio,
    secret: new Secret(one.secret),
    parts: { 'account-sid': new Secret(one.parts['account-sid'] as string) },
    ...(one.otherParts && {
      otherParts: { 'account-sid': one.otherParts['account-sid']!.map((value) => new Secret(value)) },
    }),
    confidence: 1,
    location: { ...one, origin: { kind: 'file', path: `${index}.env` } as const },
  }));
  const [finding] = foldFindings(candidates, (_, { length }) => ({ fingerprint: String(length), id: String(length) }));
  expect(new Set(finding!.otherParts!['account-sid']!.map((one) => one.reveal()))).toEqual(new Set([far, behind, elsewhere]));
});
