import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type KnownCredential, startProviderServer } from '../../fixtures/providers/server.ts';
import type { Credential } from '../../src/model/revocation.ts';
import { Secret } from '../../src/model/secret.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import type { ReadyRevoker } from '../../src/revoke/revoker-schema.ts';
import { subjectOf, takeStep } from '../../src/revoke/steps.ts';
import { ask } from '../../src/verify/ask.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { loadTransport } from '../../src/wire/transport.ts';
import { createWire } from '../../src/wire/wire.ts';

// A provider with several sites: what is taken back is taken back where it is known, and nowhere else.

const elsewhere = `
docs: https://www.contentful.com/developers/docs/references/user-management-api/
routes:
  - on: GET api.contentful.com/users/me
    patterns: [contentful-personal-access-token]
    carries: { header: { authorization: 'Bearer {{secret}}' } }
    live: { status: 401, json: { sys: { type: Error, id: AccessTokenInvalid } } }
  - on: GET api.eu.contentful.com/users/me
    patterns: [contentful-personal-access-token]
    carries: { header: { authorization: 'Bearer {{secret}}' } }
    live: { status: 200, json: { email: jane@example.com, sys: { type: User, id: 7BslKh9TdKGOK41VmLDjFZ } } }
  - on: GET api.eu.contentful.com/users/me/access_tokens
    patterns: [contentful-personal-access-token]
    carries: { header: { authorization: 'Bearer {{secret}}' } }
    live: { status: 200, json: { total: 1, skip: 0, limit: 100, items: [{ sys: { id: '{{id}}', redactedValue: '{{hint}}' } }] } }
  - on: PUT api.eu.contentful.com/users/me/access_tokens/{{id}}/revoked
    patterns: [contentful-personal-access-token]
    carries: { header: { authorization: 'Bearer {{secret}}' } }
    does: revoke
    live: { status: 200, json: { revokedAt: '2026-11-24T05:23:09.000Z' } }
`;

const folder = mkdtempSync(join(tmpdir(), 'quash-site-'));
writeFileSync(join(folder, 'contentful.yaml'), elsewhere);
const server = await startProviderServer(readDescriptions(folder));
const wire = createWire({
  allowHosts: [],
  endpoints: server.endpoints('contentful'),
  env: {},
  signal: new AbortController().signal,
});
afterAll(async () => {
  await wire.close();
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

const { set } = await loadPatterns({ withExamples: true });
const pattern = set.patterns.find(({ id }) => id === 'contentful-personal-access-token')!;
const revoker = (await revokerOf(pattern)) as ReadyRevoker;
const context = { wire, loadTransport, now: () => new Date() };

function plant(name: string): { readonly known: KnownCredential; readonly credential: Credential } {
  const secret = expandExample(pattern, '{{secret}}', name).secret as string;
  const known: KnownCredential = { pattern: pattern.id, secret, parts: {}, state: 'live' };
  server.add(known);
  const credential: Credential = {
    id: name,
    pattern,
    secret: new Secret(secret),
    parts: {},
    verdict: { state: 'unasked' },
    locations: [{ origin: { kind: 'stdin' }, start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2 }],
  };
  return { known, credential };
}

test('the site that knows a credential is told, and is the one that takes it back', async () => {
  const { known, credential } = plant('of the other site');
  const question = { provider: pattern.provider, secret: credential.secret, parts: {} };
  const told = await ask(pattern.verify!, question, { wire, loadProtocol, isPlaceKnown: () => true, now: () => new Date() });
  expect(told).toMatchObject({ state: 'live', site: 'api.eu.contentful.com' });

  const subject = subjectOf(revoker, [credential], { told });
  const kept: Record<string, string> = {};
  for (const step of revoker.tasks.revoke) {
    const acted = await takeStep(step, { ...subject, variables: { ...subject.variables, kept } }, context);
    expect(acted).toMatchObject({ outcome: 'accepted' });
    if ('kept' in acted) Object.assign(kept, acted.kept);
  }
  expect(known.state).toBe('dead');
  expect(server.acted).toEqual([expect.stringMatching(/^PUT api\.eu\.contentful\.com\/users\/me\/access_tokens\//)]);
});

test('without a site nothing is sent', async () => {
  const { credential } = plant('of no site');
  const before = [...server.asked.values()];
  const acted = await takeStep(revoker.tasks.revoke[0]!, subjectOf(revoker, [credential], { told: {} }), context);
  expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining('nothing was sent: it needs its site') });
  expect([...server.asked.values()]).toEqual(before);
});
