import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { EgressRow } from '../../src/verify/egress.ts';
import { runQuash, temporaryFolder } from '../cli/binary.ts';
import { asking } from './providers.ts';

// `quash egress`: what may be contacted, from the declarations that are run.

interface Listing {
  readonly egress: readonly EgressRow[];
  readonly patterns: number;
  readonly verified: number;
  readonly unverified: readonly { readonly pattern: string; readonly why: string }[];
  readonly endpoints: readonly string[];
  readonly allowHosts: readonly string[];
}

async function listing(...args: readonly string[]): Promise<Listing> {
  const { stdout, stderr, code } = await runQuash(['egress', '--format', 'json', ...args], { env: asking });
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout);
}

test('every row names a host, what is sent, and whose credential it is', async () => {
  const { egress, patterns, verified } = await listing();
  expect(verified).toBeGreaterThan(200);
  expect(patterns).toBeGreaterThan(verified);
  for (const row of egress) {
    expect(row.host, JSON.stringify(row)).toMatch(/^(?:\*|[a-z0-9-]+)(?:\.(?:\*|[a-z0-9-]+))*$|^\(named beside the secret\)$/);
    expect(row.sends.length, JSON.stringify(row)).toBeGreaterThan(5);
    expect(row.patterns.length).toBeGreaterThan(0);
    expect(JSON.stringify(row)).not.toMatch(/\{\{|\}\}/);
  }
  const asked = egress.filter(({ purpose }) => purpose === 'verify');
  expect(new Set(asked.flatMap(({ patterns: ids }) => ids)).size).toBe(verified);
});

test('what changes nothing is told apart from what leaves a trace', async () => {
  const { egress } = await listing();
  expect(egress).toContainEqual(
    expect.objectContaining({
      host: 'api.github.com',
      method: 'GET',
      path: '/user',
      effects: null,
      sends: 'secret in header authorization',
    }),
  );
  const sts = egress.filter(({ provider, method }) => provider === 'aws' && method === 'aws-sts');
  expect(sts.length).toBeGreaterThan(1);
  for (const { effects, sends } of sts)
    expect([effects, sends]).toEqual([expect.stringContaining('CloudTrail'), expect.stringContaining('not sent')]);
});

test('a table for people, with the counts of the JSON', async () => {
  const { egress, patterns, verified } = await listing();
  const { stdout } = await runQuash(['egress'], { env: asking });
  const hosts = new Set(egress.map(({ host }) => host));
  expect(stdout).toContain(`${hosts.size} hosts for ${verified} of ${patterns} patterns.`);
  for (const host of hosts) expect(stdout).toContain(host);
});

test('of every pattern of a provider it is told who is asked, or why nobody is', async () => {
  const { egress, unverified } = await listing();
  const asked = new Set(egress.filter(({ purpose }) => purpose === 'verify').flatMap(({ patterns }) => patterns));
  const explained = new Set(unverified.map(({ pattern }) => pattern));
  expect([...explained].filter((id) => asked.has(id))).toEqual([]);
  const { stdout } = await runQuash(['patterns', 'list', '--format', 'json'], { env: asking });
  const all = JSON.parse(stdout) as readonly { readonly id: string; readonly provider: string }[];
  const silent = all.filter(({ id, provider }) => provider !== 'generic' && !asked.has(id) && !explained.has(id));
  expect(silent.map(({ id }) => id)).toEqual([]);
  const [first] = unverified;
  const shown = await runQuash(['patterns', 'show', first!.pattern], { env: asking });
  expect(shown.stdout).toContain(`no: ${first!.why}`);
  expect((await runQuash(['egress'], { env: asking })).stdout).toContain(first!.why);
});

describe('what the user adds', () => {
  test('endpoints and allowed hosts are listed', async () => {
    const args = ['--endpoint', 'github=http://127.0.0.1:8080', '--allow-host', '*.acme.example'];
    expect(await listing(...args)).toMatchObject({ endpoints: [args[1]], allowHosts: [args[3]] });
    const { stdout } = await runQuash(['egress', ...args], { env: asking });
    expect(stdout).toMatch(/^endpoint +github=http:\/\/127\.0\.0\.1:8080$/m);
    expect(stdout).toMatch(/^allowed +\*\.acme\.example$/m);
  });

  test('patterns of their own as well', async () => {
    const file = join(temporaryFolder(), 'acme.yaml');
    writeFileSync(
      file,
      `provider: acme\nname: ACME\ndocs: https://acme.example/docs\npatterns:\n  - id: acme-key\n    name: ACME key\n    regex: 'acme_[0-9a-f]{24}'\n    literals: [acme_]\n    severity: high\n    identity: service\n    verify:\n      request: GET https://api.acme.example/me\n      headers: { authorization: 'Bearer {{secret}}' }\n      live: { status: 200, json: { id: string } }\n      dead: { status: 401 }\n    examples: ['K={{secret}}']\n`,
    );
    const { egress } = await listing('--patterns', file);
    expect(egress.filter(({ provider }) => provider === 'acme')).toMatchObject([
      { host: 'api.acme.example', method: 'GET', path: '/me' },
    ]);
  });

  test.each([
    ['--endpoint', 'nobody=http://127.0.0.1', /no pattern is of that provider/],
    ['--endpoint', 'github', /reading an endpoint: it names no provider/],
    ['--allow-host', 'http://a', /reading the allowed host/],
  ])('%s %s is a mistake', async (flag, value, message) => {
    const { code, stdout, stderr } = await runQuash(['egress', flag, value], { env: asking });
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringMatching(message)]);
  });
});
