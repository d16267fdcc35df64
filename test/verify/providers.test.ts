import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ProviderDescription, type Route, readDescriptions } from '../../fixtures/providers/description.ts';
import {
  idOf,
  type KnownCredential,
  misbehaviours,
  type ProviderServer,
  startProviderServer,
} from '../../fixtures/providers/server.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import type { HttpVerification } from '../../src/model/verification.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { ask } from '../../src/verify/ask.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { createWire, type Wire, type WireOptions } from '../../src/wire/wire.ts';

// Every pattern that verifies by HTTP is asked about at a server that answers as its provider's documentation says.

const { set } = await loadPatterns({ withExamples: true });
const descriptions = readDescriptions(new URL('../../fixtures/providers/', import.meta.url));
const verified = set.patterns.filter((pattern) => pattern.verify && 'steps' in pattern.verify);

let server: ProviderServer;
let wire: Wire;

beforeAll(async () => {
  server = await startProviderServer(descriptions);
  wire = openWire();
});
afterAll(async () => {
  await wire.close();
  await server.close();
});

/** By default with the patience of a busy machine: what is asked for is the answer, not its speed. */
function openWire(timeouts: NonNullable<WireOptions['timeouts']> = { headersMs: 120_000, totalMs: 120_000 }): Wire {
  const endpoints = descriptions.flatMap(({ provider }) => server.endpoints(provider));
  return createWire({ allowHosts: [], endpoints, env: {}, signal: new AbortController().signal, timeouts });
}

function routesOf(pattern: Pattern): readonly Route[] {
  const description = descriptions.find(({ provider }) => provider === pattern.provider);
  return (description?.routes ?? []).filter(({ patterns }) => patterns?.includes(pattern.id) ?? true);
}

/** Whether a route is about the credential itself, and not about what an earlier step brought. */
function carriesCredential({ carries, on }: Route): boolean {
  return JSON.stringify([carries, on]).includes('{{');
}

let invented = 0;

function plant(pattern: Pattern, state: KnownCredential['state']): KnownCredential {
  const verification = pattern.verify as HttpVerification;
  const used = new Set([...JSON.stringify(verification).matchAll(/\bpart:([\w-]+)/g)].map(([, name]) => name));
  const wanted = pattern.parts.filter(
    ({ name, required }) => required || (used.has(name) && !Object.hasOwn(verification.defaults, name)),
  );
  const template = ['{{secret}}', ...wanted.map(({ name }) => `{{part:${name}}}`)].join(' ');
  const { secret, parts } = expandExample(pattern, template, `providers test ${invented++}`);
  const fixed = Object.assign({}, verification.defaults, parts, ...routesOf(pattern).map((route) => route.parts));
  const credential = { pattern: pattern.id, secret: secret as string, parts: fixed as Record<string, string>, state };
  server.add(credential);
  return credential;
}

function verdictOn(pattern: Pattern, { secret, parts }: KnownCredential, by = wire): Promise<Verdict> {
  return ask(
    pattern.verify as HttpVerification,
    {
      provider: pattern.provider,
      secret: new Secret(secret),
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Secret(value)])),
    },
    { wire: by, loadProtocol, isPlaceKnown: () => true, now: () => new Date('2026-11-24T12:00:00Z') },
  );
}

test('every provider that is verified by HTTP is described, and every description is of one that is', () => {
  const wanted = [...new Set(verified.map(({ provider }) => provider))].sort();
  const described = new Set(descriptions.map(({ provider }) => provider));
  expect(wanted.filter((provider) => !described.has(provider))).toEqual([]);
  const providers = new Set(set.patterns.map(({ provider }) => provider));
  expect([...described].filter((provider) => !providers.has(provider))).toEqual([]);
});

describe.concurrent.each(verified.map((pattern) => [pattern.id, pattern] as const))('%s', (_, pattern) => {
  test('live, and what it tells', async () => {
    const credential = plant(pattern, 'live');
    const verdict = await verdictOn(pattern, credential);
    const told = JSON.stringify(Object.assign({}, ...routesOf(pattern).map((route) => route.expect)));
    const expected = JSON.parse(told.replaceAll('{{id}}', idOf(credential.secret))) as Record<string, unknown>;
    expect(verdict, JSON.stringify(verdict)).toMatchObject({ state: 'live', ...expected });
  });

  test('dead', async () => {
    const verdict = await verdictOn(pattern, plant(pattern, 'dead'));
    const isMortal = !(pattern.verify as HttpVerification).steps.at(-1)!.isNeverDead;
    expect(verdict, JSON.stringify(verdict)).toMatchObject({ state: isMortal ? 'dead' : 'unknown' });
  });

  test.for(
    routesOf(pattern)
      .filter(carriesCredential)
      .flatMap((route) =>
        Object.entries(route.others).map(([other, { verdict }]) => [`${route.on}: ${other}`, route, other, verdict] as const),
      ),
  )('%s', async ([, route, other, state]) => {
    const verdict = await verdictOn(pattern, plant(pattern, { route, other }));
    expect(verdict, JSON.stringify(verdict)).toMatchObject({ state });
  });

  test.for([...misbehaviours])('%s proves nothing, and shows nothing', async (misbehaves) => {
    const credential = plant(pattern, { misbehaves });
    // Of its own: what is silent long enough is taken to be down for everybody.
    const impatient = openWire({ headersMs: 300, totalMs: 500 });
    const verdict = await verdictOn(pattern, credential, impatient);
    await impatient.close();
    expect(verdict, JSON.stringify(verdict)).toMatchObject({ state: 'unknown' });
    expect(JSON.stringify(verdict)).not.toContain(credential.secret);
  });
});

test('a description belongs to a pattern that verifies', () => {
  const ids = new Set(set.patterns.map(({ id }) => id));
  const strangers = descriptions.flatMap(({ provider, routes }: ProviderDescription) =>
    routes.flatMap(({ patterns = [] }) => patterns.filter((id) => !ids.has(id)).map((id) => `${provider}: ${id}`)),
  );
  expect(strangers).toEqual([]);
});
