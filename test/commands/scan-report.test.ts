import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { formats } from '../../src/report/format.ts';
import { binary, cleanEnvironment, type Ended, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { invent, inventPart, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);
const awsId = invent('aws-access-key');
const awsKey = inventPart('aws-access-key', 'secret');
const password = Buffer.from('dk43I3FUejJ4VzkhbUtwNA==', 'base64').toString();
const urlPassword = Buffer.from('Wms4MXZRcDBMbVh3NzJSdA==', 'base64').toString();
const slack = invent('slack-bot-token');

/** Everything planted, and what would give it away as well. */
const raw = [
  github('two'),
  github('mail'),
  slack,
  awsId,
  awsKey,
  password,
  urlPassword,
  Buffer.from(github('two')).toString('base64').slice(0, 40),
  Buffer.from(`x:${slack}`).toString('base64'),
  Buffer.from(slack).toString('hex'),
  encodeURIComponent(urlPassword),
];

/** The same fingerprints in every run. */
const key = 'ab'.repeat(32);
let app: BuiltRepository;
beforeAll(() => {
  app = buildRepository(join(temporaryFolder(), 'app'));
  app.write(
    'a.env',
    [
      `A=${github('two')} B=${slack}`,
      `AWS_ACCESS_KEY_ID=${awsId} AWS_SECRET_ACCESS_KEY=${awsKey}`,
      `DATABASE_URL=postgres://app:${urlPassword}@db.internal:5432/app?password=${urlPassword}`,
      `password: "${password}" # ${urlPassword}`,
      `blob: ${Buffer.from(`x:${slack}`).toString('base64')} ${github('two')}`,
      `hex: ${Buffer.from(slack).toString('hex')} ${github('two')}`,
      `again: ${Buffer.from(github('two')).toString('base64')}`,
      `allowed: ${github('allowed')} # quash:allow`,
      '',
    ].join('\n'),
  );
  app.write(`names/${github('two')}.txt`, `${slack}\n`);
  app.commit(`use ${github('two')}`, { name: `Ada ${github('mail')}`, email: `${github('mail')}@example.com` });
});

function run(...args: readonly string[]): Promise<Ended> {
  return runQuash(['scan', ...args], { cwd: app.path, env: { QUASH_KEY: key } });
}

describe('no value is shown', () => {
  test.each(formats)('%s', async (format) => {
    const { stdout, stderr, code } = await run('--format', format, '--explain', '.');
    expect(code).toBe(1);
    expect(stdout.length).toBeGreaterThan(1000);
    for (const value of [...raw, github('allowed')]) expect([value, (stdout + stderr).includes(value)]).toEqual([value, false]);
  });

  test('nor with colours and links, in a baseline, or by --staged', async () => {
    app.write('staged.env', `A=${github('two')} B=${slack}\n`);
    app.git('add', 'staged.env');
    const outputs = [
      await runQuash(['scan', '.'], { cwd: app.path, env: { FORCE_COLOR: '1', FORCE_HYPERLINK: '1' } }),
      await runQuash(['baseline', '.'], { cwd: app.path }),
      await run('--staged', '.'),
    ];
    app.git('rm', '--quiet', '-f', 'staged.env');
    for (const { stdout, stderr } of outputs) {
      expect(stdout.length).toBeGreaterThan(100);
      for (const value of raw) expect([value, (stdout + stderr).includes(value)]).toEqual([value, false]);
    }
  });

  test('and all of them with --unredacted', async () => {
    const { stdout } = await run('--format', 'jsonl', '--unredacted', '.');
    for (const value of [github('two'), slack, awsId, awsKey, urlPassword]) expect(stdout).toContain(value);
  });
});

describe('text', () => {
  test('places in the working tree come first, copies share their line, and of what is not read it is told why', async () => {
    const repository = buildRepository(join(temporaryFolder(), 'app'));
    for (const path of ['a', 'b', 'c']) repository.write(path, `TOKEN=${github('copies')}\n`);
    repository.write('big', 'x'.repeat(5000));
    repository.commit('copies');
    repository.remove('a');
    repository.commit('remove a');
    const { stdout } = await runQuash(['scan', '--max-size', '4000', '.'], { cwd: repository.path });
    const places = [...stdout.matchAll(/^ {10}(\w+):1:7$/gm)].map((match) => match[1]);
    expect(places).toEqual(['b', 'c', 'a']);
    expect(stdout.match(/TOKEN=/g)).toHaveLength(1);
    expect(stdout.match(/still in the working tree/g)).toHaveLength(2);
    expect(stdout).toMatch(/1 too large\n +big\n +5000 bytes, [^\n]*\n +1 too large\n +big\n +object [0-9a-f]{12}: 5000 bytes/);
    expect(stdout).not.toMatch(/kB\/s/);
  });
});

describe('JSON Lines', () => {
  test('one object a line, with the fields that are promised and no others', async () => {
    const { stdout } = await run('--format', 'jsonl', '.');
    const records = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(records.at(-1).type).toBe('summary');
    expect(Object.keys(records.at(-1))).toEqual(
      'type complete findings live dead unknown unverifiable unasked ignored gaps bytes objects seconds version'.split(' '),
    );
    for (const record of records.slice(0, -1)) {
      expect(Object.keys(record).filter((key) => key !== 'confidence')).toEqual(
        'type id pattern provider severity identity secret parts fingerprint entropy verdict first locations'.split(' '),
      );
      expect(record.verdict).toEqual({
        state: 'unasked',
        checkedAt: null,
        identity: null,
        account: record.pattern === 'aws-access-key' ? expect.stringMatching(/^[0-9]{12}$/) : null,
        scopes: null,
        created: null,
        expires: null,
        lastUsed: null,
        evidence: null,
        reason: null,
      });
      expect(record.id).toBe(record.fingerprint.slice(0, 12));
      expect(Object.keys(record.first)).toEqual(['commit', 'author', 'email', 'date']);
      for (const location of record.locations) {
        expect(Object.keys(location).filter((key) => key !== 'decoded' && key !== 'context')).toEqual(
          'origin line column endLine endColumn start end'.split(' '),
        );
      }
    }
    const json = JSON.parse((await run('--format', 'json', '.')).stdout);
    expect(Object.keys(json)).toEqual(['findings', 'gaps', 'summary']);
    expect(json.findings).toEqual(records.slice(0, -1));
  });

  test('the same findings, ids and order in every run, whatever the number of jobs', async () => {
    const lines = async (...args: readonly string[]) => {
      const { stdout } = await runQuash(['scan', '--format', 'jsonl', ...args, '.'], { cwd: app.path, env: { QUASH_KEY: key } });
      return stdout.split('\n').filter((line) => line.includes('"finding"'));
    };
    const first = await lines();
    expect(first.length).toBeGreaterThan(3);
    expect(await lines('--jobs', '1')).toEqual(first);
    expect(await lines('--jobs', '4')).toEqual(first);
  });
});

describe('exit codes and what is printed', () => {
  const clean = async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a'), 'nothing\n');
    return folder;
  };

  test('0 clean, 1 findings, 3 a gap and nothing found, 1 a gap and findings', async () => {
    expect((await runQuash(['scan', await clean()])).code).toBe(0);
    expect((await run('.')).code).toBe(1);
    const large = await clean();
    writeFileSync(join(large, 'b'), 'x'.repeat(2000));
    expect((await runQuash(['scan', '--max-size', '1KB', large])).code).toBe(3);
    writeFileSync(join(large, 'c'), github('two'));
    expect((await runQuash(['scan', '--max-size', '1KB', large])).code).toBe(1);
  });

  test.each([
    [['--fail-on', 'none'], 0],
    [['--fail-on', 'live'], 0],
    [['--fail-on', 'any'], 1],
    [['--fail-on', 'none', '--max-size', '10'], 3],
    [['--fail-on', 'none', '--fail-on-gap'], 0],
    [['--fail-on', 'sometimes'], 2],
    [['--min-severity', 'critical', '--pattern', 'generic-password'], 0],
    [['--pattern', 'no-such-pattern'], 2],
    [['--min-severity', 'terrible'], 2],
    [['--max-size', 'much'], 2],
    [['--since', 'yesteryear'], 2],
    [['--staged', '--range', 'A..B'], 2],
    [['--format', 'xml'], 2],
  ])('%s: %i', async (flags, code) => {
    const found = await run(...flags, '.');
    expect([found.stderr, found.code]).toEqual([code === 2 ? expect.stringMatching(/^quash: .+\n$/s) : expect.any(String), code]);
    if (code === 2) expect(found.stdout).toBe('');
  });

  test('findings and a gap with --fail-on none is incomplete all the same, not clean', async () => {
    const folder = await clean();
    writeFileSync(join(folder, 'b'), 'x'.repeat(2000));
    writeFileSync(join(folder, 'c'), github('two'));
    expect((await runQuash(['scan', '--max-size', '1KB', '--fail-on', 'none', folder])).code).toBe(3);
  });

  test('--min-severity and --pattern choose', async () => {
    const { findings } = await scan(['--min-severity', 'high', '.'], { cwd: app.path });
    expect(findings.every(({ severity }) => severity === 'high' || severity === 'critical')).toBe(true);
    const chosen = await scan(['--pattern', 'slack-bot-token', '--pattern', 'aws-access-key', '.'], { cwd: app.path });
    expect(new Set(chosen.findings.map(({ pattern }) => pattern))).toEqual(new Set(['slack-bot-token', 'aws-access-key']));
  });

  test('--output writes the report, readable by its owner only, and nothing to stdout', async () => {
    const file = join(temporaryFolder(), 'report.sarif');
    const { stdout, code } = await run('--format', 'sarif', '--output', file, '.');
    expect({ stdout, code }).toEqual({ stdout: '', code: 1 });
    expect(JSON.parse(readFileSync(file, 'utf8')).version).toBe('2.1.0');
    const lost = await run('--output', '/nowhere/report', '.');
    expect(lost.code).toBe(2);
    expect(lost.stderr).toMatch(/^quash: writing the report to \/nowhere\/report: ENOENT/);
  });

  test('a report that lies in what is scanned does not hold findings of its own', async () => {
    const folder = await clean();
    writeFileSync(join(folder, 'c'), github('two'));
    await runQuash(['scan', '--format', 'json', '--output', 'report.json', '.'], { cwd: folder });
    const again = await scan(['.'], { cwd: folder });
    expect(again.findings).toHaveLength(1);
    expect(again.of(github('two')).locations).toHaveLength(1);
  });

  test('--quiet says nothing when clean, and findings only otherwise', async () => {
    expect(await runQuash(['scan', '--quiet', await clean()])).toMatchObject({ stdout: '', stderr: '', code: 0 });
    const { stdout, stderr } = await run('--quiet', '.');
    expect(stderr).toBe('');
    expect(stdout).toContain('GitHub');
    expect(stdout).not.toMatch(/^(scanned|found)/m);
    const incomplete = await run('--quiet', '--max-size', '10', '.');
    expect(incomplete.stdout).toMatch(/^NOT READ/);
    expect(incomplete.code).toBe(3);
  });

  test('a pipe that nobody reads on ends a scan as interrupted, with no word of it', async () => {
    const child = spawn(process.execPath, [binary, 'scan', '--offline', '--format', 'jsonl', '.'], {
      cwd: app.path,
      env: cleanEnvironment(),
    });
    child.stdout.destroy();
    const { code, stderr } = await ended(child);
    expect(stderr).not.toContain('EPIPE');
    expect(code).toBe(130);
  });
});

describe('patterns of one’s own', () => {
  const own = `provider: acme\nname: ACME\ndocs: https://acme.example/docs\npatterns:\n  - id: acme-key\n    name: ACME key\n    regex: 'acme_[0-9a-f]{24}'\n    literals: [acme_]\n    severity: high\n    identity: service\n    examples: ['K={{secret}}']\n`;
  const value = `acme_${'0a1b2c3d'.repeat(3)}`;

  test('are found beside the others', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'acme.yaml'), own);
    writeFileSync(join(folder, 'a'), `K=${value}\n`);
    const found = await scan(['--patterns', 'acme.yaml', '.'], { cwd: folder });
    expect(found.of(value)).toMatchObject({ pattern: 'acme-key', provider: 'acme', severity: 'high' });
  });

  test.each([
    ['a regex that is none', own.replace('[0-9a-f]{24}', '([0-9a-f]{24}'), /acme\.yaml:7:\d+/],
    ['a lookahead, which RE2 has not', own.replace('acme_[', 'acme_(?=x)['), /acme\.yaml:7:\d+/],
    ['a literal that no match holds', own.replace('[acme_]', '[other]'), /acme\.yaml:8:\d+/],
    ['a field that is mistyped', own.replace('severity', 'severty'), /acme\.yaml:\d+:\d+.*severty/s],
    ['no YAML', 'patterns: [', /acme\.yaml:\d+:\d+/],
    ['nothing', '', /acme\.yaml/],
  ])('%s: file, line and a hint, exit 2', async (_, text, message) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'acme.yaml'), text);
    const found = await runQuash(['scan', '--patterns', 'acme.yaml', '.'], { cwd: folder });
    expect(found.code).toBe(2);
    expect(found.stderr).toMatch(message);
    expect(found.stderr).toMatch(/^quash: [^\n]+; [^\n]+|^quash: .+\n.+/s);
    expect(found.stdout).toBe('');
  });

  test('a hostile regex neither hangs nor fails', async () => {
    const folder = temporaryFolder();
    const hostile = own
      .replace("'acme_[0-9a-f]{24}'", "'acme_(a|a|aa){1,200}b'")
      .replace("examples: ['K={{secret}}']", 'examples: []');
    writeFileSync(join(folder, 'acme.yaml'), hostile);
    writeFileSync(join(folder, 'a'), `acme_${'a'.repeat(1 << 20)}\n`.repeat(4));
    const found = await runQuash(['scan', '--patterns', 'acme.yaml', '.'], { cwd: folder });
    expect([0, 1, 2]).toContain(found.code);
  });
});

describe('what is known already', () => {
  async function withFiles(files: Readonly<Record<string, string>>, ...args: readonly string[]) {
    const repository = buildRepository(join(temporaryFolder(), 'app'));
    for (const [path, content] of Object.entries(files)) repository.write(path, content);
    repository.commit('all');
    return { repository, found: await scan([...args, '.'], { cwd: repository.path }) };
  }

  test.each(['quash:allow', 'gitleaks:allow', 'trufflehog:ignore', 'pragma: allowlist secret'])(
    'a comment %s',
    async (comment) => {
      const { found } = await withFiles({ a: `A=${github('two')} # ${comment}\nB=${github('other')}\n` });
      expect(found.secrets).toEqual([github('other')]);
      expect(found.summary).toMatchObject({ ignored: { comment: expect.any(Number), file: 0, baseline: 0 } });
      expect((found.summary!.ignored as { comment: number }).comment).toBeGreaterThan(0);
      const { found: all } = await withFiles({ a: `A=${github('two')} # ${comment}\n` }, '--no-ignore');
      expect(all.secrets).toEqual([github('two')]);
    },
  );

  test('.quashignore by path, pattern and an entry that has run out', async () => {
    const { found, repository } = await withFiles({
      '.quashignore':
        'path:test/** # made up for tests\npattern:slack-bot-token # known\npath:old/** until 2020-01-01 # was to be fixed\n',
      'test/a': `A=${github('two')}\n`,
      'src/b': `B=${slack}\n`,
      'old/c': `C=${github('other')}\n`,
    });
    expect(found.stderr).toMatch(/\.quashignore:3/);
    expect(found.secrets).toEqual([github('other')]);
    expect(found.summary).toMatchObject({ ignored: { file: 2 } });
    expect((await scan(['--no-ignore', '.'], { cwd: repository.path })).secrets).toHaveLength(3);
  });

  test('a .quashignore with a mistake is an error that names the line', async () => {
    const { found } = await withFiles({ '.quashignore': 'pattern:slack-bot-token # ok\nnonsense here\n', a: 'x\n' });
    expect(found.code).toBe(2);
    expect(found.stderr).toMatch(/\.quashignore:2/);
  });

  test('a baseline hides what it holds, on another machine too, and nothing that is new', async () => {
    const { repository } = await withFiles({ a: `A=${github('two')}\nP="password=${password}"\n` });
    const made = await runQuash(['baseline', '--output', '.quash-baseline', '.'], { cwd: repository.path });
    expect(made.code).toBe(0);
    const text = readFileSync(join(repository.path, '.quash-baseline'), 'utf8');
    for (const value of raw) expect(text).not.toContain(value);
    repository.write('b', `B=${slack}\nA=${github('two')}\n`);
    const found = await scan(['--baseline', '.quash-baseline', '.'], { cwd: repository.path });
    expect(found.secrets).toEqual([slack]);
    expect((found.summary!.ignored as { baseline: number }).baseline).toBeGreaterThan(0);
    expect((await scan(['--no-ignore', '--baseline', '.quash-baseline', '.'], { cwd: repository.path })).secrets).toContain(
      github('two'),
    );
    const lost = await scan(['--baseline', 'nowhere', '.'], { cwd: repository.path });
    expect(lost.code).toBe(2);
  });

  test('.gitleaksignore, .gitleaks.toml and a baseline of detect-secrets', async () => {
    const { found: ignored } = await withFiles({ '.gitleaksignore': 'a:github-pat:1\n', a: `A=${github('two')}\nB=${slack}\n` });
    expect(ignored.secrets).toEqual([slack]);
    const toml = `[extend]\nuseDefault = true\n[[rules]]\nid = "acme"\nregex = '''acme_[0-9a-f]{24}'''\nkeywords = ["acme_"]\n[allowlist]\npaths = ['''^vendor/''']\n`;
    const { found } = await withFiles({
      '.gitleaks.toml': toml,
      'vendor/a': `A=${github('two')}\n`,
      b: `B=acme_${'0a1b2c3d'.repeat(3)}\n`,
    });
    expect(found.secrets).toEqual([`acme_${'0a1b2c3d'.repeat(3)}`]);
    expect(found.findings[0]).toMatchObject({ provider: 'gitleaks' });
  });
});
