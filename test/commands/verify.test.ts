import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { FindingRecord } from '../../src/report/record.ts';
import { type Ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { asking, type Providers, playProviders } from './providers.ts';
import { invent, inventPart } from './scans.ts';

// `quash verify -`: one secret on stdin, and what its provider says; played on loopback.

const github = invent('github-pat-classic');
const datadog = invent('datadog-api-key');

let providers: Providers;
beforeEach(async () => {
  providers = await playProviders('github-pat-classic', 'datadog-api-key', 'zendesk-api-token', 'datadog-application-key');
});

async function verify(
  stdin: string,
  ...args: readonly string[]
): Promise<Ended & { readonly findings: readonly FindingRecord[] }> {
  const ended = await runQuash(['verify', '-', ...providers.flags, '--format', 'jsonl', ...args], { stdin, env: asking });
  const lines = ended.stdout.split('\n').filter(Boolean);
  return { ...ended, findings: lines.map((line) => JSON.parse(line)).filter(({ type }) => type === 'finding') };
}

describe('a secret whose shape tells what it is', () => {
  test.each([
    ['live', 4],
    ['dead', 1],
  ] as const)('%s: exit %i', async (state, code) => {
    providers.know('github-pat-classic', github, state);
    const found = await verify(github);
    expect(found.stderr).toBe('');
    expect([found.code, found.findings.map(({ pattern, verdict }) => [pattern, verdict.state])]).toEqual([
      code,
      [['github-pat-classic', state]],
    ]);
    expect(found.stdout).not.toContain(github);
  });

  test('with line breaks and blanks around it, as a paste has them', async () => {
    providers.know('github-pat-classic', github, 'live');
    expect((await verify(`\n  ${github}\r\n\r\n`)).code).toBe(4);
  });

  test('unknown: 1, with the reason; without `-` as well', async () => {
    providers.know('github-pat-classic', github, { misbehaves: 'out-of-order' });
    const { stdout, code } = await runQuash(['verify', ...providers.flags], { stdin: github, env: asking });
    expect([code, stdout]).toEqual([1, expect.stringContaining('api.github.com answered 500: it is out of order')]);
  });

  test('--offline: nobody is asked', async () => {
    const found = await verify(github, '--offline');
    expect([found.code, found.findings[0]?.verdict.state, providers.asked()]).toEqual([1, 'unasked', 0]);
  });

  test('--explain shows what was asked', async () => {
    providers.know('github-pat-classic', github, 'dead');
    const { stdout } = await runQuash(['verify', '-', ...providers.flags, '--explain'], { stdin: github, env: asking });
    expect(stdout).toContain('asked GET https://api.github.com/user: 401, dead: 401');
  });
});

describe('a secret of several parts', () => {
  test('on two lines', async () => {
    const email = inventPart('zendesk-api-token', 'email');
    const subdomain = inventPart('zendesk-api-token', 'subdomain');
    const token = invent('zendesk-api-token');
    providers.server.add({ pattern: 'zendesk-api-token', secret: token, parts: { email, subdomain }, state: 'live' });
    const found = await verify(`https://${subdomain}.zendesk.com ZENDESK_EMAIL=${email}\nZENDESK_API_TOKEN=${token}\n`);
    expect(found.findings).toMatchObject([{ pattern: 'zendesk-api-token', verdict: { state: 'live' } }]);
    expect(found.code).toBe(4);
  });

  test('an AWS key id and its secret: signed, and asked of STS', async () => {
    const id = invent('aws-access-key');
    const secret = inventPart('aws-access-key', 'secret');
    const to = ['--endpoint', `aws=${providers.server.url}/sts`];
    const found = await verify(`${id}\n${secret}\n`, ...to);
    expect(found.findings).toMatchObject([
      { pattern: 'aws-access-key', verdict: { state: 'unknown', account: expect.stringMatching(/^\d{12}$/) } },
    ]);
    expect([...providers.server.asked.keys()]).toContain('POST sts/');
    expect(found.stdout + found.stderr).not.toContain(secret);
  });
});

describe('a secret that nothing knows by its shape', () => {
  test('is taken for what --pattern names', async () => {
    providers.know('datadog-api-key', datadog, 'live');
    const found = await verify(datadog, '--pattern', 'datadog-api-key');
    expect(found.findings).toMatchObject([{ pattern: 'datadog-api-key', verdict: { state: 'live' } }]);
    expect(found.code).toBe(4);
  });

  test.each([
    ['no pattern is named', 'correct horse', [], /no pattern knows it; name one with --pattern/],
    ['several are', 'correct horse', ['--pattern', 'datadog-api-key', '--pattern', 'github-pat-classic'], /no pattern knows it/],
    ['none is of that name', 'correct horse', ['--pattern', 'datadog'], /the pattern datadog: there is none of that name/],
    ['it is empty', '', [], /it is empty/],
    ['it is blank', ' \n\t\n', ['--pattern', 'datadog-api-key'], /it is empty/],
    ['it is no text', '\0\u0001\ufffd', [], /no pattern knows it/],
  ])('is a mistake when %s', async (_, stdin, args, message) => {
    const found = await verify(stdin, ...args);
    expect([found.code, found.stderr]).toEqual([2, expect.stringMatching(message)]);
    expect([found.stdout, providers.asked()]).toEqual(['', 0]);
  });

  test('is refused where more comes than a secret can be', async () => {
    const found = await verify('x'.repeat(1_000_001));
    expect([found.code, found.stderr]).toEqual([2, expect.stringContaining('more than 1 MB')]);
  });
});

test('a secret as an argument is refused, and not repeated', async () => {
  const { code, stdout, stderr } = await runQuash(['verify', github, ...providers.flags], { env: asking });
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain('write it to stdin');
  expect(stderr).not.toContain(github);
  expect(providers.asked()).toBe(0);
});

test.each([
  ['--endpoint', 'gihtub=http://127.0.0.1:1', /no pattern is of that provider; did you mean github\?/],
  ['--endpoint', 'github', /reading an endpoint: it names no provider/],
  ['--allow-host', 'a/b', /reading the allowed host/],
])('%s %s is a mistake before anything is read', async (flag, value, message) => {
  const found = await verify(github, flag, value);
  expect([found.code, found.stderr]).toEqual([2, expect.stringMatching(message)]);
  expect(providers.asked()).toBe(0);
});

test('nothing is kept: no file is written, and ignore files of the folder do not count', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, '.quashignore'), 'pattern:github-pat-classic # known\n');
  providers.know('github-pat-classic', github, 'live');
  const home = temporaryFolder();
  const { code } = await runQuash(['verify', '-', ...providers.flags], {
    cwd: folder,
    stdin: github,
    env: {
      ...asking,
      HOME: home,
      XDG_CACHE_HOME: join(home, 'cache'),
      XDG_CONFIG_HOME: join(home, 'config'),
      QUASH_KEY: 'ab'.repeat(32),
    },
  });
  expect(code).toBe(4);
  expect(readdirSync(folder)).toEqual(['.quashignore']);
  expect(readdirSync(home).filter((name) => name !== 'cache')).toEqual([]);
});
