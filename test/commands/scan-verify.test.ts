import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { beforeEach, describe, expect, test } from 'vitest';
import { binary, cleanEnvironment, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { asking, type Providers, playProviders } from './providers.ts';
import { invent, inventPart, scan } from './scans.ts';

// What a scan makes of what providers say; they are played on loopback.

const github = (seed: string) => invent('github-pat-classic', seed);
const slack = invent('slack-bot-token');
const stripe = invent('stripe-secret-key');

let folder: string;
let providers: Providers;
beforeEach(async () => {
  folder = temporaryFolder();
  providers = await playProviders('github-pat-classic', 'slack-bot-token', 'stripe-secret-key');
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

function ask(...args: readonly string[]) {
  return scan([...providers.flags, ...args, '.'], { cwd: folder, env: asking });
}

describe('exit codes', () => {
  test('a live secret: 4; with --fail-on live as well; with --fail-on none: 0', async () => {
    write({ a: `A=${github('live')}\n`, b: `B=${slack}\n` });
    providers.know('github-pat-classic', github('live'), 'live');
    providers.know('slack-bot-token', slack, 'dead');
    const found = await ask();
    expect(found.stderr).toBe('');
    expect([found.code, found.of(github('live')).verdict.state, found.of(slack).verdict.state]).toEqual([4, 'live', 'dead']);
    expect(found.summary).toMatchObject({ findings: 2, live: 1, dead: 1, unknown: 0, unverifiable: 0, unasked: 0 });
    expect((await ask('--fail-on', 'live')).code).toBe(4);
    expect((await ask('--fail-on', 'none')).code).toBe(0);
  });

  test('only dead and unknown ones: 1; with --fail-on live: 0', async () => {
    write({ a: `A=${github('dead')}\n`, b: `B=${slack}\n` });
    providers.know('github-pat-classic', github('dead'), 'dead');
    providers.know('slack-bot-token', slack, { misbehaves: 'login-page' });
    const found = await ask();
    expect([found.code, found.of(github('dead')).verdict.state, found.of(slack).verdict.state]).toEqual([1, 'dead', 'unknown']);
    expect((await ask('--fail-on', 'live')).code).toBe(0);
  });

  test('a live secret and something that was not read: 4', async () => {
    write({ a: `A=${github('live')}\n`, big: 'x'.repeat(5000) });
    providers.know('github-pat-classic', github('live'), 'live');
    const found = await ask('--max-size', '4KB');
    expect([found.code, found.gaps.length]).toEqual([4, 1]);
  });
});

test('what the provider tells comes along, and --explain shows what was asked, in every way to report it', async () => {
  write({ a: `A=${github('live')}\n` });
  providers.know('github-pat-classic', github('live'), 'live');
  const { verdict } = (await ask()).of(github('live'));
  expect(verdict).toMatchObject({
    state: 'live',
    identity: 'octocat',
    account: 'GitHub',
    scopes: ['repo', 'read:org'],
    expires: '2027-03-01T08:00:00.000Z',
    evidence: expect.stringContaining('api.github.com answered 200'),
    asked: [{ method: 'GET', url: 'https://api.github.com/user', status: 200, outcome: expect.stringMatching(/^live: 200/) }],
  });
  const { stdout } = await runQuash(['scan', ...providers.flags, '--explain', '.'], { cwd: folder, env: asking });
  expect(stdout).toMatch(/asked GET https:\/\/api\.github\.com\/user: 200, live: 200/);
  expect(stdout).toContain('identity octocat');
  expect(stdout).not.toContain(github('live'));
});

test('--only-live reports nothing else, and says how many it left out', async () => {
  write({ a: `A=${github('live')}\n`, b: `B=${slack}\n` });
  providers.know('github-pat-classic', github('live'), 'live');
  providers.know('slack-bot-token', slack, 'dead');
  const found = await ask('--only-live');
  expect([found.code, found.secrets]).toEqual([4, [github('live')]]);
  expect(found.stderr).toBe('quash: --only-live leaves out 1 dead\n');
  write({ a: '\n' });
  const none = await ask('--only-live');
  expect([none.code, none.secrets]).toEqual([0, []]);
  expect((await ask('--only-live', '--quiet')).stderr).toBe('');
});

test('each secret is asked about once, in however many places it stands', async () => {
  mkdirSync(join(folder, 'deep'));
  write(Object.fromEntries(Array.from({ length: 30 }, (_, n) => [`f${n}`, `A=${github('copied')}\nB=${github('copied')}\n`])));
  providers.know('github-pat-classic', github('copied'), 'live');
  const found = await ask();
  expect(found.of(github('copied')).locations).toHaveLength(60);
  expect([...providers.server.asked]).toEqual([['GET api.github.com/user', 1]]);
});

describe('nobody is asked', () => {
  test.each([
    [['--offline'], asking],
    [[], { QUASH_OFFLINE: '1' }],
  ])('with %j and %j', async (flags, env) => {
    write({ a: `A=${github('live')}\n`, b: `P="password=${'vN7#qTz2' + 'xW9!mKp4'}"\n` });
    providers.know('github-pat-classic', github('live'), 'live');
    const found = await scan([...providers.flags, ...flags, '.'], { cwd: folder, env });
    expect([found.code, found.of(github('live')).verdict.state, providers.asked()]).toEqual([1, 'unasked', 0]);
  });

  test('about what says itself that it has ended', async () => {
    const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
    const jwt = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode({ sub: 'ann', exp: 1_600_000_000 })}.${'s'.repeat(43)}`;
    write({ a: `TOKEN=${jwt}\n` });
    const found = await ask('--min-confidence', '0');
    expect(found.of(jwt).verdict).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('2020-09-13'),
      identity: 'ann',
    });
  });

  test('about what a pattern file of the scanned folder finds', async () => {
    const own = (verify: string) =>
      `provider: acme\nname: ACME\ndocs: https://acme.example/docs\npatterns:\n  - id: acme-key\n    name: ACME key\n    regex: 'acme_[0-9a-f]{24}'\n    literals: [acme_]\n    severity: high\n    identity: service\n${verify}    examples: ['K={{secret}}']\n`;
    const value = `acme_${'0a1b2c3d'.repeat(3)}`;
    const verify = `    verify:\n      request: GET https://api.acme.example/me\n      headers: { authorization: 'Bearer {{secret}}' }\n      live: { status: 200, json: { id: string } }\n      dead: { status: 401 }\n`;
    write({ a: `K=${value}\n`, 'own.yaml': own(verify), 'quash.yaml': "patterns: ['own.yaml']\n" });
    const to = ['--endpoint', `acme=${providers.server.url}/api.acme.example`];
    const found = await ask(...to);
    expect([found.of(value).verdict.state, providers.asked()]).toEqual(['unverifiable', 0]);
    // The user's own: asked.
    const home = temporaryFolder();
    writeFileSync(join(home, 'own.yaml'), own(verify));
    write({ 'quash.yaml': '' });
    const mine = await ask(...to, '--patterns', join(home, 'own.yaml'));
    expect([mine.of(value).verdict.state, providers.asked()]).toEqual(['unknown', 1]);
  });

  test('by the words of a pattern of the scanned folder that takes the place of a built-in one', async () => {
    // It looks for something else, so that a text of its choice would be sent to a provider.
    const stolen = `provider: github\nname: GitHub\ndocs: https://docs.github.com\npatterns:\n  - id: github-pat-classic\n    name: GitHub\n    regex: 'acme_[0-9a-f]{24}'\n    literals: [acme_]\n    severity: high\n    identity: service\n    examples: ['K={{secret}}']\n`;
    const value = `acme_${'0a1b2c3d'.repeat(3)}`;
    write({ a: `K=${value}\n`, 'own.yaml': stolen, 'quash.yaml': "patterns: ['own.yaml']\n" });
    const found = await ask();
    expect([found.of(value).verdict.state, providers.asked()]).toEqual(['unverifiable', 0]);
    write({
      'quash.yaml': '',
      '.gitleaks.toml': "[[rules]]\nid = 'github-pat-classic'\nregex = '''acme_[0-9a-f]{24}'''\nkeywords = ['acme_']\n",
    });
    const other = await ask();
    expect([other.of(value).verdict.state, providers.asked()]).toEqual(['unverifiable', 0]);
  });
});

describe('traps', () => {
  // Its account, 052310077262, is one of canarytokens.org.
  const account = 52_310_077_262n;
  const keyId = `AKIA${base32((1n << 47n) | (account << 7n))}Q7R2`;

  /** The account of a key id stands in its first 48 bits behind the prefix, shifted by seven. */
  function base32(bits: bigint): string {
    let text = '';
    for (let at = 0n; at < 60n; at += 5n) text += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number(((bits << 12n) >> (55n - at)) & 31n)];
    return text;
  }

  test('are told, and not touched; with --touch-canaries they are', async () => {
    const secret = inventPart('aws-access-key', 'secret');
    write({ a: `AWS_ACCESS_KEY_ID=${keyId}\nAWS_SECRET_ACCESS_KEY=${secret}\n` });
    const to = ['--endpoint', `aws=${providers.server.url}/sts`];
    const found = await ask(...to);
    expect(found.of(keyId).verdict).toMatchObject({ state: 'unasked', canary: 'canarytokens.org', account: '052310077262' });
    expect([found.code, providers.asked()]).toEqual([1, 0]);
    const touched = await ask(...to, '--touch-canaries');
    expect(touched.of(keyId).verdict.state).toBe('unknown');
    expect(providers.asked()).toBeGreaterThan(0);
  });

  test('of one’s own AWS account, by --canary-account', async () => {
    const id = invent('aws-access-key');
    write({ a: `AWS_ACCESS_KEY_ID=${id}\nAWS_SECRET_ACCESS_KEY=${inventPart('aws-access-key', 'secret')}\n` });
    const { account: own } = (await ask('--offline')).of(id).verdict;
    const found = await ask('--endpoint', `aws=${providers.server.url}/sts`, '--canary-account', own!);
    expect(found.of(id).verdict).toMatchObject({ state: 'unasked', canary: expect.stringContaining(own!) });
    expect(providers.asked()).toBe(0);
  });
});

describe('--verdict-age', () => {
  const setting = () => ({ cwd: folder, env: { ...asking, XDG_CACHE_HOME: join(folder, '.cache'), QUASH_KEY: 'ab'.repeat(32) } });
  const file = () => join(folder, '.cache/quash/verdicts.json');
  const run = (age: string) => scan([...providers.flags, '--verdict-age', age, '--exclude', '.cache/**', '.'], setting());

  test('takes verdicts of earlier runs, of its owner only, without the secrets', async () => {
    write({ a: `A=${github('live')}\n`, b: `B=${slack}\n`, c: `C=${stripe}\n` });
    providers.know('github-pat-classic', github('live'), 'live');
    providers.know('slack-bot-token', slack, 'dead');
    providers.know('stripe-secret-key', stripe, { misbehaves: 'out-of-order' });
    const first = await run('1h');
    expect([first.code, providers.asked()]).toEqual([4, 3]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    for (const secret of [github('live'), slack, stripe]) expect(readFileSync(file(), 'utf8')).not.toContain(secret);
    const second = await run('1h');
    // What was unknown is asked again.
    expect([second.code, providers.asked()]).toEqual([4, 4]);
    expect(second.of(github('live')).verdict).toMatchObject({
      state: 'live',
      identity: 'octocat',
      checkedAt: first.of(github('live')).verdict.checkedAt,
      evidence: expect.stringContaining('asked at'),
    });
  });

  test('asks anew about what is older, and after a file that is damaged, which it says', async () => {
    write({ a: `A=${github('live')}\n` });
    providers.know('github-pat-classic', github('live'), 'live');
    await run('1h');
    const kept = JSON.parse(readFileSync(file(), 'utf8'));
    const [print] = Object.keys(kept.verdicts);
    const old = new Date(Date.now() - 2 * 3_600_000).toISOString();
    writeFileSync(file(), JSON.stringify({ ...kept, verdicts: { [print!]: { ...kept.verdicts[print!], checkedAt: old } } }));
    await run('1h');
    expect(providers.asked()).toBe(2);
    await run('3h');
    expect(providers.asked()).toBe(2);
    for (const damaged of [
      '{"version":1,',
      '[]',
      '{"version":2,"verdicts":{}}',
      '{"version":1,"verdicts":{"x":{"state":"live"}}}',
      '\0',
    ]) {
      writeFileSync(file(), damaged);
      const found = await run('1h');
      expect([found.code, found.stderr]).toEqual([4, expect.stringContaining('it is damaged or of another version')]);
    }
    expect(providers.asked()).toBe(7);
    expect((await run('1h')).stderr).toBe('');
  });
});

describe('hosts that stand in the text', () => {
  test('are asked only when --allow-host allows them, and otherwise told how', async () => {
    const token = invent('gitlab-access-token');
    write({ a: `GITLAB_HOST=gitlab.acme.example\nGITLAB_TOKEN=${token}\n` });
    const found = await ask();
    expect(found.of(token).verdict).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('--allow-host gitlab.acme.example'),
    });
    // Allowed, the name is looked up, which ends here.
    const allowed = await ask('--allow-host', '*.acme.example');
    expect(allowed.of(token).verdict.reason).toContain('QUASH_EGRESS=loopback refuses gitlab.acme.example');
    expect(allowed.code).toBe(70);
  });
});

describe('mistakes', () => {
  test.each([
    ['--endpoint', 'github'],
    ['--endpoint', 'github=api'],
    ['--endpoint', 'github@=http://127.0.0.1:1'],
    ['--endpoint', 'github=ftp://127.0.0.1'],
    ['--endpoint', 'github=http://ann:secret@127.0.0.1'],
    ['--endpoint', 'github=http://127.0.0.1#concurrency=none'],
    ['--endpoint', 'gihtub=http://127.0.0.1'],
    ['--allow-host', 'https://gitlab.example'],
    ['--allow-host', '10.0.0.0/99'],
    ['--allow-host', 'a b'],
    ['--allow-host', 'host:99999'],
    ['--verdict-age', 'soon'],
  ])('%s %s: 2, whatever is found', async (flag, value) => {
    for (const text of ['nothing\n', `A=${github('live')}\n`]) {
      write({ a: text });
      const found = await ask(flag, value);
      expect([found.code, found.stderr]).toEqual([2, expect.stringMatching(/^quash: .+: .+\n$/)]);
      expect(found.stderr).not.toContain('ann:secret');
      expect(providers.asked()).toBe(0);
    }
  });
});

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s while a provider is silent: 130 at once, and nothing is reported as whole',
  async (signal) => {
    let came: () => void;
    const asked = new Promise<void>((resolve) => {
      came = resolve;
    });
    let closed: () => void;
    const gone = new Promise<void>((resolve) => {
      closed = resolve;
    });
    const silent = createServer((request) => {
      request.socket.on('close', () => closed());
      came();
    });
    await new Promise<void>((done) => silent.listen(0, '127.0.0.1', done));
    write({ a: `A=${github('live')}\n` });
    const url = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const child = spawn(
      process.execPath,
      [binary, 'scan', '--format', 'jsonl', '--verdict-age', '1h', '--endpoint', `github=${url}`, '.'],
      {
        cwd: folder,
        env: cleanEnvironment({ ...asking, XDG_CACHE_HOME: join(folder, '.cache') }),
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const result = ended(child);
    await asked;
    const before = performance.now();
    child.kill(signal);
    const { code, stdout } = await result;
    await gone;
    silent.close();
    // Long before any of the wire's own deadlines.
    expect([code, performance.now() - before < 5_000]).toEqual([130, true]);
    expect(stdout).not.toContain('"type":"summary"');
  },
);

describe('every format shows every verdict', () => {
  const formats = ['text', 'json', 'jsonl', 'sarif', 'gitlab', 'csv', 'junit', 'html'] as const;
  const trap = `https://canarytokens.com/${'a1b2c3d4'.repeat(3)}/post.jsp`;

  async function report(format: string): Promise<string> {
    write({
      live: `A=${github('live')}\n`,
      dead: `B=${slack}\n`,
      unknown: `C=${stripe}\n`,
      trap: `DATABASE_URL=postgres://app:kf83mKq0Xz@${new URL(trap).hostname}:5432/app\n`,
    });
    providers.know('github-pat-classic', github('live'), 'live');
    providers.know('slack-bot-token', slack, 'dead');
    providers.know('stripe-secret-key', stripe, { misbehaves: 'out-of-order' });
    const { stdout, stderr, code } = await runQuash(['scan', ...providers.flags, '--format', format, '.'], {
      cwd: folder,
      env: asking,
    });
    expect([code, stderr]).toEqual([4, '']);
    for (const secret of [github('live'), slack, stripe]) expect(stdout).not.toContain(secret);
    return stdout;
  }

  test.each(formats)('%s', async (format) => {
    const text = await report(format);
    for (const word of [/live/i, /dead/, /unknown/, /unasked/, /octocat/, /trap|canary/, /out of order/])
      expect(text).toMatch(word);
  });

  test('SARIF holds to its schema', async () => {
    const {
      $schema: _,
      id: __,
      ...schema
    } = JSON.parse(readFileSync(new URL('../../fixtures/report/sarif-2.1.0-rtm.5.json', import.meta.url), 'utf8'));
    const validate = new Ajv({ strict: false, unicodeRegExp: false, validateFormats: false }).compile(schema);
    validate(JSON.parse(await report('sarif')));
    expect(validate.errors ?? []).toEqual([]);
  });

  test('CSV has a column for each thing that a verdict tells', async () => {
    const [head, ...rows] = (await report('csv')).trimEnd().split('\r\n');
    const columns = head!.split(',');
    for (const column of [
      'verdict',
      'verdictDetail',
      'checkedAt',
      'owner',
      'account',
      'scopes',
      'created',
      'expires',
      'lastUsed',
      'canary',
    ])
      expect(columns).toContain(column);
    expect(rows).toHaveLength(4);
  });
});
