import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { formats } from '../../src/report/format.ts';
import { runQuash, temporaryFolder } from '../cli/binary.ts';
import { invent, inventPart, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);

test.each(formats)('%s: neither what is found nor what nobody asked for stands in clear', async (format) => {
  const app = buildRepository(join(temporaryFolder(), 'app'));
  const id = invent('aws-access-key');
  const key = inventPart('aws-access-key', 'secret');
  const slack = invent('slack-bot-token');
  const password = ['sunny', 'Meadow', 'Bridge'].join('');
  const escaped = [...github('two')].map((letter) => `&#${letter.charCodeAt(0)};`).join('');
  app.write('pair', `${id} ${key} ${github('one')} password="${password}"\n`);
  app.write(
    'forms',
    `${github('two')} ${Buffer.from(github('two')).toString('base64')} ${escaped} postgres://u:${password}@db.corp/x\n`,
  );
  app.write(`named-${github('one')}`, `${slack}\n`);
  app.commit(`was ${github('three')} ${slack}`, { name: github('four'), email: `${slack}@example.com` });
  app.git('remote', 'add', 'origin', `https://bob:${github('five')}@example.com/a/b.git`);
  const values = [key, slack, password, escaped, ...['one', 'two', 'three', 'four', 'five'].map(github)];
  values.push(Buffer.from(github('two')).toString('base64'));
  for (const flags of [[], ['--explain'], ['--min-confidence', '0.99']]) {
    const { stdout, stderr, code } = await runQuash(['scan', '--format', format, ...flags, '.'], { cwd: app.path });
    expect(code).toBe(1);
    for (const value of values) expect(stdout.includes(value) || stderr.includes(value)).toBe(false);
  }
});

test.each(['.gitleaksignore', '.gitleaks.toml', '.quashignore', '.secrets.baseline', 'quash.yaml'])(
  'an unusable %s is told of without what stands in it',
  async (name) => {
    const folder = temporaryFolder();
    const toml = `[[rules]]\nid = "mine"\nregex = '''${github('ignored')}('''\n`;
    writeFileSync(join(folder, name), name.endsWith('toml') ? toml : `${github('ignored')}\n`);
    const { stdout, stderr } = await runQuash(['scan', '--exclude', name, '.'], { cwd: folder });
    expect(stderr).toContain(name);
    expect(stdout + stderr).not.toContain(github('ignored'));
  },
);

test('a .git that git cannot use is a gap, at the top and below', async () => {
  const app = buildRepository(join(temporaryFolder(), 'app'));
  app.write('a', 'x\n');
  app.commit('a');
  writeFileSync(join(app.gitDir, 'HEAD'), 'garbage\n');
  mkdirSync(join(app.path, 'inner'));
  writeFileSync(join(app.path, 'inner/.git'), 'gitdir: /nonexistent\n');
  const found = await scan(['.'], { cwd: app.path });
  expect(found.code).toBe(3);
  expect(found.gaps.map(({ reason, origin }) => [reason, origin]).sort()).toEqual([
    ['corrupt', { kind: 'repository', repository: '.' }],
    ['corrupt', { kind: 'repository', repository: 'inner' }],
  ]);
  expect((await scan(['--as', 'folder', '--no-history', '.'], { cwd: app.path })).code).toBe(0);
});

test('a pack without its index is a gap', async () => {
  const app = buildRepository(join(temporaryFolder(), 'app'));
  app.write('a', 'x\n');
  app.commit('a');
  writeFileSync(join(app.gitDir, 'objects/pack/pack-0123.pack'), 'PACK');
  expect((await scan(['.'], { cwd: app.path })).gaps).toEqual([expect.objectContaining({ reason: 'corrupt' })]);
  expect(existsSync(join(app.gitDir, 'objects/pack/pack-0123.idx'))).toBe(false);
});

test('a commit without an author, whose secret stands in several places', async () => {
  const app = buildRepository(join(temporaryFolder(), 'app'));
  app.write('a', `${github('bare')}\n`);
  app.git('add', '--all');
  const tree = app.git('write-tree');
  const body = `tree ${tree}\nnothing ${github('bare')}\n\n${github('bare')}\n`;
  app.git('update-ref', 'refs/heads/main', app.pipe(body, 'hash-object', '-t', 'commit', '-w', '--stdin', '--literally'));
  const found = await scan(['.'], { cwd: app.path });
  expect(found.code).toBe(1);
  for (const { origin } of found.of(github('bare')).locations) expect(origin).not.toHaveProperty('date');
});

test('where all refs are lost, every commit is scanned, and the loss is a gap', async () => {
  const app = buildRepository(join(temporaryFolder(), 'app'));
  app.write('a', `${github('refless')}\n`);
  app.commit('a');
  app.git('update-ref', '-d', 'refs/heads/main');
  const found = await scan(['--no-tree', '.'], { cwd: app.path });
  expect(found.gaps.map(({ reason }) => reason)).toEqual(['missing-object']);
  expect(found.secrets).toEqual([github('refless')]);
});
