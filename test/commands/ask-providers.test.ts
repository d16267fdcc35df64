import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type KnownCredential, type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import type { Context } from '../../src/cli-context.ts';
import { type Asking, openAsking } from '../../src/commands/ask-providers.ts';
import { Secret } from '../../src/model/secret.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';

const { set } = await loadPatterns({ withExamples: true });
const twilio = set.patterns.find(({ id }) => id === 'twilio-auth-token')!;

let server: ProviderServer;
let asking: Asking;
beforeAll(async () => {
  server = await startProviderServer(readDescriptions(new URL('../../fixtures/providers/', import.meta.url)));
  const context = { env: {}, signal: new AbortController().signal, config: { files: [] } } as unknown as Context;
  asking = await openAsking(
    {
      offline: false,
      endpoint: server.endpoints('twilio'),
      allowHost: [],
      verdictAge: undefined,
      canaryAccount: [],
      touchCanaries: false,
      patterns: [],
    },
    context,
    { warn: () => {} },
  );
});
afterAll(async () => {
  await asking.close();
  await server.close();
});

const sid = (seed: string) => new Secret(expandExample(twilio, '{{part:account-sid}}', seed).parts['account-sid'] as string);

test('that a secret lives with one account makes no other its own, and what lived with one is dead with it', async () => {
  const secret = new Secret(expandExample(twilio, '{{secret}}', 'token').secret as string);
  const [own, one, other] = [sid('own'), sid('one'), sid('other')];
  const known: KnownCredential = {
    pattern: twilio.id,
    secret: secret.reveal(),
    parts: { 'account-sid': own.reveal() },
    state: 'live',
  };
  server.add(known);
  for (const stranger of [one, other]) server.add({ ...known, parts: { 'account-sid': stranger.reveal() }, state: 'dead' });
  const ask = asking.options.askerOf!(twilio)!;
  const among = (parts: Secret, others: readonly Secret[]) =>
    ask({ secret, parts: { 'account-sid': parts }, otherParts: { 'account-sid': others } });
  expect((await among(one, [own])).verdict.state).toBe('live');
  expect((await among(one, [other])).verdict.state).toBe('unknown');
  known.state = 'dead';
  expect((await among(one, [own])).verdict.state).toBe('dead');
});
