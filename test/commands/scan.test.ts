import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';

const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'quash-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { set } = await loadPatterns({ withExamples: true });

function invent(id: string): string {
  const pattern = set.patterns.find((one) => one.id === id)!;
  return expandExample(pattern, '{{secret}}', `scan test ${id}`).secret!;
}

function inventPair(id: string, part: string): readonly [string, string] {
  const pattern = set.patterns.find((one) => one.id === id)!;
  const { secret, parts } = expandExample(pattern, `{{secret}} {{part:${part}}}`, `scan test ${id}`);
  return [secret!, parts[part]!];
}

interface Finding {
  readonly pattern: string;
  readonly secret: string;
  readonly first?: { readonly author: string };
  readonly locations: readonly {
    readonly origin: Readonly<Record<string, unknown>>;
    readonly line: number;
    readonly decoded?: readonly string[];
  }[];
}

function scan(target: string, ...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'scan', '--format', 'jsonl', ...args, target], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  const objects = stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  const of = (type: string) => objects.filter((object) => object.type === type);
  return {
    status,
    stdout,
    stderr,
    findings: of('finding') as unknown as Finding[],
    gaps: of('gap').map(({ reason }) => reason as string),
    complete: of('summary')[0]?.complete,
  };
}

/** A password of no provider's shape, kept from view so that quash finds nothing in its own tests. */
function madeUp(encoded: string): string {
  return Buffer.from(encoded, 'base64').toString();
}

const github = invent('github-pat-classic');
const slack = invent('slack-bot-token');
const stripe = invent('stripe-secret-key');
const npm = invent('npm-access-token');
const [awsId, awsSecret] = inventPair('aws-access-key', 'secret');
const password = madeUp('dk43I3FUejJ4VzkhbUtwNA==');
const databasePassword = madeUp('Wms4MXZRcDBMbVh3NzJSdA==');

let repository: BuiltRepository;

beforeAll(() => {
  repository = buildRepository(join(folder, 'repository'));
  repository.write(
    'two.env',
    `A=${github} B=${slack}\nAWS=${awsId}:${awsSecret} DB=postgres://app:${databasePassword}@db.internal:5432/x\n`,
  );
  repository.write('config.yml', `password: "${password}"\n`);
  repository.write('secret.yaml', `data:\n  token: ${Buffer.from(`npm ${npm}\n`).toString('base64')}\n`);
  repository.commit('Start', { name: 'Ben Builder', email: 'ben@example.com' });
  repository.write('other.env', `STRIPE=${stripe}\n`);
  repository.commit(`Pay\n\nwith ${slack}`);
  repository.git('mv', 'other.env', 'moved.env');
  repository.commit('Move');
  repository.remove('two.env');
  repository.commit('Remove');
  repository.git('tag', '--annotate', 'v1', '--message', `tag ${npm}`);
  repository.git('notes', 'add', '--message', `note ${stripe}`);
  repository.git('gc', '--quiet');
});

function find(findings: readonly Finding[], pattern: string): Finding {
  const found = findings.filter((finding) => finding.pattern === pattern);
  expect(found.map(({ pattern: id }) => id)).toEqual([pattern]);
  return found[0]!;
}

describe('history', () => {
  test('each secret once, with its paths, its first commit, and the messages that hold it', () => {
    const { status, findings, gaps, complete } = scan(repository.path);
    expect({ status, gaps, complete }).toEqual({ status: 1, gaps: [], complete: true });
    expect(findings.map(({ pattern }) => pattern).sort()).toEqual(
      [
        'aws-access-key',
        'generic-password',
        'github-pat-classic',
        'npm-access-token',
        'postgresql-url',
        'slack-bot-token',
        'stripe-secret-key',
      ].sort(),
    );
    const kinds = (pattern: string) =>
      find(findings, pattern).locations.map(({ origin }) => `${origin.kind} ${origin.path ?? ''}`.trim());
    expect(kinds('github-pat-classic')).toEqual(['git two.env']);
    expect(kinds('slack-bot-token')).toEqual(['git two.env', 'commit']);
    expect(kinds('stripe-secret-key')).toEqual(['file moved.env', 'git other.env', 'git moved.env', 'note']);
    expect(kinds('npm-access-token')).toEqual(['file secret.yaml', 'git secret.yaml', 'tag']);
    expect(find(findings, 'npm-access-token').locations[0]!.decoded).toEqual(['base64']);
    expect(find(findings, 'github-pat-classic').first!.author).toBe('Ben Builder');
  });

  test('the last commit that has a secret is the one before its removal', () => {
    const { findings } = scan(repository.path);
    const origin = find(findings, 'github-pat-classic').locations[0]!.origin;
    const commits = repository.git('log', '--format=%H').split('\n');
    expect(origin.commit).toBe(commits[3]);
    expect(origin.lastCommit).toBe(commits[1]);
  });

  test('loose objects, a bare clone, a worktree, alternates and a URL give the same findings', () => {
    const expected = scan(repository.path, '--no-tree')
      .findings.map(({ pattern }) => pattern)
      .sort();
    expect(expected.length).toBe(7);
    const git = (...args: readonly string[]) => repository.git(...args);
    const copies: Record<string, readonly string[]> = {
      bare: ['clone', '--quiet', '--mirror', repository.path, join(folder, 'bare')],
      shared: ['clone', '--quiet', '--shared', '--mirror', repository.path, join(folder, 'shared')],
      worktree: ['worktree', 'add', '--quiet', '--detach', join(folder, 'worktree')],
    };
    for (const [name, args] of Object.entries(copies)) {
      git(...args);
      expect([
        name,
        scan(join(folder, name), '--no-tree')
          .findings.map(({ pattern }) => pattern)
          .sort(),
      ]).toEqual([name, expected]);
    }
    const loose = join(folder, 'loose');
    git('clone', '--quiet', '--mirror', repository.path, loose);
    const pack = readdirSync(join(loose, 'objects/pack')).find((file) => file.endsWith('.pack'))!;
    const bytes = readFileSync(join(loose, 'objects/pack', pack));
    for (const file of readdirSync(join(loose, 'objects/pack'))) unlinkSync(join(loose, 'objects/pack', file));
    spawnSync('git', ['unpack-objects', '-q'], { cwd: loose, input: bytes });
    expect(
      scan(loose)
        .findings.map(({ pattern }) => pattern)
        .sort(),
    ).toEqual(expected);
    expect(scan(`file://${repository.path}`).findings.length).toBeGreaterThanOrEqual(6);
    expect(readdirSync(tmpdir()).filter((file) => file.startsWith('quash-clone-'))).toEqual([]);
  });

  test('ranges report what their commits brought in', () => {
    const patternsIn = (...args: readonly string[]) =>
      scan(repository.path, ...args)
        .findings.map(({ pattern }) => pattern)
        .sort();
    expect(patternsIn('--range', 'HEAD~3..HEAD')).toEqual(['slack-bot-token', 'stripe-secret-key']);
    expect(patternsIn('--since-commit', 'HEAD~1')).toEqual([]);
    expect(scan(repository.path, '--range', 'nope..HEAD').status).toBe(2);
  });

  test('what no ref leads to is found only when asked for', () => {
    const lost = buildRepository(join(folder, 'lost'));
    lost.write('a.txt', 'nothing\n');
    lost.commit('Start');
    lost.pipe(`TOKEN=${github}\n`, 'hash-object', '-w', '--stdin');
    expect(scan(lost.path).findings).toEqual([]);
    expect(scan(lost.path, '--unreachable').findings.map(({ pattern }) => pattern)).toEqual(['github-pat-classic']);
  });

  test('a secret that only a merge brought in, and entries of the stash', () => {
    const merged = buildRepository(join(folder, 'merged'));
    merged.write('a.txt', 'one\n');
    merged.commit('Start');
    merged.git('switch', '--quiet', '--create', 'side');
    merged.write('b.txt', 'two\n');
    merged.commit('Side');
    merged.git('switch', '--quiet', 'main');
    merged.write('c.txt', 'three\n');
    merged.commit('Main');
    merged.git('merge', '--quiet', '--no-commit', '--no-ff', 'side');
    merged.write('d.txt', `K=${github}\n`);
    merged.commit('Merge');
    for (const secret of [slack, stripe]) {
      merged.write('a.txt', `K=${secret}\n`);
      merged.git('stash');
    }
    const { findings } = scan(merged.path, '--no-tree');
    expect(findings.map(({ pattern }) => pattern).sort()).toEqual(['github-pat-classic', 'slack-bot-token', 'stripe-secret-key']);
  });

  test('SHA-256 repositories, empty ones, and repositories inside a folder', () => {
    const wide = buildRepository(join(folder, 'wide'), { objectFormat: 'sha256' });
    wide.write('a.env', `K=${github}\n`);
    wide.commit('Start');
    wide.git('gc', '--quiet');
    expect(scan(wide.path, '--no-tree').findings.map(({ pattern }) => pattern)).toEqual(['github-pat-classic']);
    buildRepository(join(folder, 'empty'));
    expect(scan(join(folder, 'empty'))).toMatchObject({ status: 0, gaps: [], complete: true });
    const nested = join(folder, 'outer/inner');
    mkdirSync(join(folder, 'outer'));
    repository.git('clone', '--quiet', repository.path, nested);
    const { findings } = scan(join(folder, 'outer'));
    expect(find(findings, 'github-pat-classic').locations[0]!.origin).toMatchObject({
      kind: 'git',
      repository: 'inner',
      path: 'two.env',
    });
  });
});

describe('damage', () => {
  let pack: string;
  const damaged = () => join(folder, 'damaged');
  function fresh(): Buffer {
    rmSync(damaged(), { recursive: true, force: true });
    repository.git('clone', '--quiet', '--mirror', repository.path, damaged());
    spawnSync('git', ['repack', '-adfq'], { cwd: damaged() });
    const packs = join(damaged(), 'objects/pack');
    pack = join(packs, readdirSync(packs).find((file) => file.endsWith('.pack'))!);
    chmodSync(pack, 0o644);
    chmodSync(pack.replace(/pack$/, 'idx'), 0o644);
    return readFileSync(pack);
  }

  test.each([0.1, 0.25, 0.4, 0.55, 0.7, 0.85])('bytes flipped at %d of a pack cost at most the objects they hit', (place) => {
    const bytes = fresh();
    const at = Math.floor(bytes.length * place);
    bytes[at]! ^= 0xff;
    bytes[at + 1]! ^= 0x55;
    writeFileSync(pack, bytes);
    const { status, gaps, findings, complete } = scan(damaged());
    expect(status).toBe(1);
    expect(complete).toBe(false);
    expect(gaps).toContain('corrupt');
    expect(findings.length).toBeGreaterThanOrEqual(4);
  });

  test('a pack cut short, an empty pack, an empty index and a missing pack are gaps', () => {
    const damages: Record<string, () => void> = {
      short: () => truncateSync(pack, Math.floor(readFileSync(pack).length / 2)),
      empty: () => truncateSync(pack, 0),
      index: () => truncateSync(pack.replace(/pack$/, 'idx'), 0),
      missing: () => unlinkSync(pack),
    };
    for (const [name, damage] of Object.entries(damages)) {
      fresh();
      damage();
      const { status, gaps, complete } = scan(damaged());
      expect([name, gaps.includes('corrupt'), complete]).toEqual([name, true, false]);
      expect([1, 3]).toContain(status);
    }
  });

  test('a shallow clone says so and is never clean', () => {
    repository.git('clone', '--quiet', '--depth=1', '--branch=main', `file://${repository.path}`, join(folder, 'shallow'));
    const { gaps, complete } = scan(join(folder, 'shallow'));
    expect(gaps).toContain('shallow');
    expect(complete).toBe(false);
  });
});

describe('secrecy', () => {
  const raw = () => ({
    github,
    slack,
    stripe,
    npm,
    awsId,
    awsSecret,
    password,
    databasePassword,
    encoded: Buffer.from(`npm ${npm}`).toString('base64').slice(8, 40),
  });

  test.each(['text', 'json', 'jsonl', 'sarif', 'gitlab', 'csv', 'junit', 'html'])('no value in the clear in %s', (format) => {
    for (const extra of [[], ['--explain'], ['--min-confidence', '0.3']]) {
      const { stdout, stderr } = spawnSync(process.execPath, [cli, 'scan', '--format', format, ...extra, '.'], {
        cwd: repository.path,
        encoding: 'utf8',
        maxBuffer: 1 << 28,
      });
      expect(stdout.length).toBeGreaterThan(500);
      for (const [name, value] of Object.entries(raw())) expect([name, (stdout + stderr).includes(value)]).toEqual([name, false]);
    }
  });

  test('hostile names do not reach the terminal', () => {
    const hostile = join(folder, 'hostile');
    mkdirSync(hostile);
    writeFileSync(join(hostile, 'evil\x1b[31m\u202e name.txt'), `t=${github}\n`);
    const { stdout } = spawnSync(process.execPath, [cli, 'scan', '.'], { cwd: hostile, encoding: 'utf8' });
    expect(stdout).toContain('evil\\x1b[31m');
    expect(stdout).not.toMatch(/[\x1b\u202e]/);
  });
});

describe('files', () => {
  test('hidden and ignored files are read; links are not followed; UTF-16 and binary are looked into', () => {
    const tree = join(folder, 'tree');
    mkdirSync(join(tree, '.hidden'), { recursive: true });
    writeFileSync(join(tree, '.hidden/.env'), `K=${github}\n`);
    writeFileSync(join(tree, 'wide.txt'), Buffer.from(`\ufeffkey ${slack}\r\n`, 'utf16le'));
    writeFileSync(join(tree, 'blob.bin'), Buffer.concat([Buffer.alloc(64), Buffer.from(` ${stripe} `), Buffer.alloc(64)]));
    symlinkSync('/etc', join(tree, 'etc'));
    symlinkSync('.', join(tree, 'loop'));
    const { findings, gaps } = scan(tree);
    expect(gaps).toEqual([]);
    expect(findings.map(({ pattern, locations }) => [pattern, locations[0]!.origin.path]).sort()).toEqual([
      ['github-pat-classic', '.hidden/.env'],
      ['slack-bot-token', 'wide.txt'],
      ['stripe-secret-key', 'blob.bin'],
    ]);
  });

  test('a value that a provider knows is no generic finding as well, wherever it stands', () => {
    const twice = join(folder, 'twice');
    mkdirSync(twice);
    writeFileSync(join(twice, 'a.env'), `PASSWORD="${github}"\n`);
    writeFileSync(join(twice, 'b.env'), `GITHUB=${github}\n`);
    const { findings } = scan(twice);
    expect(findings.map(({ pattern }) => pattern)).toEqual(['github-pat-classic']);
    expect(findings[0]!.locations.map(({ origin }) => origin.path)).toEqual(['a.env', 'b.env']);
  });

  test('a comment on the line allows, and --no-ignore does not listen to it', () => {
    const allowed = join(folder, 'allowed');
    mkdirSync(allowed);
    writeFileSync(join(allowed, 'a.env'), `K=${github} # quash:allow\n`);
    expect(scan(allowed)).toMatchObject({ status: 0, findings: [] });
    expect(scan(allowed, '--no-ignore').status).toBe(1);
  });

  test('a comment that stands alone on the line before allows', () => {
    const before = join(folder, 'allowed-before');
    mkdirSync(before);
    writeFileSync(join(before, 'a.env'), `# quash:allow-next-line\nK=${github}\n`);
    expect(scan(before)).toMatchObject({ status: 0, findings: [] });
    expect(scan(before, '--no-ignore').status).toBe(1);
  });

  test('of a value that stands in a file a thousand times a hundred places are told, and how many there are', () => {
    const many = join(folder, 'many');
    mkdirSync(many);
    writeFileSync(join(many, 'a.log'), `K=${github}\n`.repeat(1000));
    const [finding] = scan(many).findings;
    expect(finding!.locations).toHaveLength(100);
    expect(finding!.locations[0]).toMatchObject({ line: 1, copies: 1000 });
  });

  test('a file larger than --max-size is a gap, and a scan with a gap is not clean', () => {
    const large = join(folder, 'large');
    mkdirSync(large);
    writeFileSync(join(large, 'a.txt'), 'x'.repeat(5000));
    expect(scan(large, '--max-size', '4kB')).toMatchObject({ status: 3, gaps: ['too-large'], complete: false });
  });

  test('stdin', () => {
    const { stdout, status } = spawnSync(process.execPath, [cli, 'scan', '--format', 'jsonl', '-'], {
      input: `K=${github}\n`,
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout.split('\n')[0]!)).toMatchObject({
      pattern: 'github-pat-classic',
      locations: [{ origin: { kind: 'stdin' }, line: 1, column: 3 }],
    });
  });
});
