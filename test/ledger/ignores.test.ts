import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeBaseline } from '../../src/ledger/baseline.ts';
import { addIgnoreEntry } from '../../src/ledger/ignore-file.ts';
import { type Ignores, loadIgnores } from '../../src/ledger/ignores.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Origin } from '../../src/model/origin.ts';
import { candidate, location, temporaryFolder, value, weak } from './candidates.ts';

const commit = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';

async function folderWith(files: Record<string, string>): Promise<string> {
  const folder = await temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }
  return folder;
}

const at = (ignores: Ignores, origin: Origin) => ignores.ignores(candidate({ origin }));

describe('loadIgnores', () => {
  it('reads nothing and ignores nothing where there is no file', async () => {
    const ignores = await loadIgnores({ target: await folderWith({ 'a.ts': '' }) });
    expect(ignores).toMatchObject({ patterns: [], warnings: [] });
    expect(ignores.ignores(candidate({}))).toBeUndefined();
  });

  it('puts all kinds of files together', async () => {
    const listed = value('listed');
    const folder = await folderWith({
      '.quashignore': 'path:docs/ # samples\npath:old/ until 2020-01-01 # gone\n',
      '.gitleaksignore': 'src/a.ts:example-rule:3\n',
      'gitleaks.toml': '[[rules]]\nid = "acme"\nregex = "acme_[0-9]{20}"\n[allowlist]\npaths = ["^fixtures/"]\n',
      '.secrets.baseline': JSON.stringify({
        version: '1.5.0',
        plugins_used: [],
        results: { 'src/b.ts': [{ type: 'x', hashed_secret: createHash('sha1').update(listed).digest('hex') }] },
      }),
    });
    const ignores = await loadIgnores({ target: folder, now: new Date('2026-01-01') });
    expect(at(ignores, { kind: 'file', path: 'docs/a.md' })?.entry).toBe('.quashignore:1');
    expect(ignores.ignores(candidate({ path: 'src/a.ts', line: 3 }))?.entry).toBe('.gitleaksignore:1');
    expect(at(ignores, { kind: 'file', path: 'fixtures/a' })?.entry).toBe('gitleaks.toml');
    expect(ignores.ignores(candidate({ path: 'src/b.ts', secret: listed }))?.by).toBe('baseline');
    expect(at(ignores, { kind: 'file', path: 'src/a.ts' })).toBeUndefined();
    expect(ignores.patterns.map(({ id }) => id)).toEqual(['gitleaks-acme']);
    expect(ignores.warnings).toEqual([expect.stringContaining('.quashignore:2: expired')]);
  });

  it('is switched off as a whole, mistakes included, but for the patterns of gitleaks rules', async () => {
    const folder = await folderWith({
      '.quashignore': 'nonsense',
      '.gitleaksignore': 'src/a.ts:example-rule:1\n',
      'gitleaks.toml': '[[rules]]\nid = "a"\nregex = "acme_[0-9]{20}"\n[allowlist]\npaths = ["."]',
    });
    const ignores = await loadIgnores({ target: folder, baselines: ['/nowhere'], isEnabled: false });
    expect(ignores.patterns.map(({ id }) => id)).toEqual(['gitleaks-a']);
    expect(ignores.warnings).toEqual([]);
    expect(ignores.ignores(candidate({}))).toBeUndefined();
  });

  it('tells of entries for patterns that are not there', async () => {
    const folder = await folderWith({
      '.quashignore': ['example-api-key', 'exmaple-api-key', 'generic', 'exm*'].map((id) => `pattern:${id} # x`).join('\n'),
    });
    const { warnings } = await loadIgnores({ target: folder, patternIds: new Set(['example-api-key']) });
    expect(warnings).toEqual([expect.stringMatching(/^\.quashignore:2: no pattern is called exmaple-api-key/)]);
  });

  it('fails on a mistake in a file of ours, and warns of one in another tool’s', async () => {
    const ours = await folderWith({ '.quashignore': 'path:a\n' });
    await expect(loadIgnores({ target: ours })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('.quashignore:1:7'),
    });
    const theirs = await folderWith({ '.gitleaks.toml': 'a =', '.secrets.baseline': '{', '.gitleaksignore': 'x' });
    const { warnings } = await loadIgnores({ target: theirs });
    expect(warnings).toEqual([
      expect.stringMatching(/\.gitleaks\.toml:1:\d+.*it ignores nothing$/),
      expect.stringContaining('.gitleaksignore:1'),
      expect.stringContaining('.secrets.baseline is no JSON'),
    ]);
  });

  it('takes the folder of a file that is scanned alone', async () => {
    const folder = await folderWith({ '.quashignore': 'path:a.ts # x\n', 'a.ts': '' });
    expect(at(await loadIgnores({ target: join(folder, 'a.ts') }), { kind: 'file', path: 'a.ts' })).toBeDefined();
  });

  it('reads what lies in the folder, and no link, pipe or folder beside', async () => {
    const folder = await folderWith({ 'root/.gitleaksignore/x': '', outside: 'path:* # x\n' });
    await symlink('../outside', join(folder, 'root/.quashignore'));
    execFileSync('mkfifo', [join(folder, 'root/.secrets.baseline')]);
    const ignores = await loadIgnores({ target: join(folder, 'root') });
    expect(at(ignores, { kind: 'file', path: 'a' })).toBeUndefined();
    await rm(join(folder, 'root/.quashignore'));
    await symlink('real', join(folder, 'root/.quashignore'));
    await writeFile(join(folder, 'root/real'), 'path:* # x\n');
    expect(at(await loadIgnores({ target: join(folder, 'root') }), { kind: 'file', path: 'a' })).toBeDefined();
  });

  it('lets a gitleaks configuration extend files of the folder only', async () => {
    const base = '[[rules]]\nid = "base"\nregex = "acme_[0-9]{20}"';
    const folder = await folderWith({ 'root/.gitleaks.toml': '[extend]\npath = "../base.toml"', 'base.toml': base });
    expect((await loadIgnores({ target: join(folder, 'root') })).patterns).toEqual([]);
    await writeFile(join(folder, 'root/base.toml'), base);
    await writeFile(join(folder, 'root/.gitleaks.toml'), '[extend]\npath = "base.toml"');
    expect((await loadIgnores({ target: join(folder, 'root') })).patterns).toHaveLength(1);
  });
});

describe('paths', () => {
  it('of a target within a work tree are seen from where each file lies', async () => {
    const folder = await folderWith({
      '.quashignore': 'path:/app/keys/ # top\n',
      'app/.quashignore': 'path:/own/ # below\n',
    });
    const ignores = await loadIgnores({ target: join(folder, 'app'), worktree: folder });
    expect(at(ignores, { kind: 'file', path: 'keys/a' })?.reason).toBe('top');
    expect(at(ignores, { kind: 'file', path: 'own/a' })).toMatchObject({ reason: 'below', entry: '.quashignore:1' });
    expect(at(ignores, { kind: 'file', path: 'keys/a' })?.entry).toBe('../.quashignore:1');
    expect(at(ignores, { kind: 'git', path: 'app/keys/a', blob: 'b' })?.reason).toBe('top');
    expect(at(ignores, { kind: 'git', path: 'app/own/a', blob: 'b' })?.reason).toBe('below');
    expect(at(ignores, { kind: 'staged', path: 'app/own/a' })?.reason).toBe('below');
    expect(at(ignores, { kind: 'git', path: 'own/a', blob: 'b' })).toBeUndefined();
    expect(at(ignores, { kind: 'commit', commit })).toBeUndefined();
  });

  it('of nested repositories and archive members stand below their own', async () => {
    const folder = await folderWith({ '.quashignore': 'path:/lib/x/keys/ # nested\npath:/a.zip!/in/ # member\n' });
    const ignores = await loadIgnores({ target: folder });
    expect(at(ignores, { kind: 'git', repository: 'lib/x', path: 'keys/a', blob: 'b' })?.reason).toBe('nested');
    expect(at(ignores, { kind: 'archive', path: 'a.zip', member: 'in/key' })?.reason).toBe('member');
    expect(at(ignores, { kind: 'archive', path: 'a.zip', member: 'out/key' })).toBeUndefined();
  });

  it('of a repository without a work tree are seen from the root of its tree', async () => {
    const readFromTree = async (path: string) => (path === '.quashignore' ? 'path:/keys/ # tree\n' : undefined);
    const ignores = await loadIgnores({ target: await temporaryFolder(), readFromTree });
    expect(at(ignores, { kind: 'git', path: 'keys/a', blob: 'b' })?.reason).toBe('tree');
  });
});

describe('baselines', () => {
  it('that were given count beside the files', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, 'baseline.json');
    await writeBaseline([candidate({ secret: value('known') }), weak()] as unknown as Finding[], file);
    const ignores = await loadIgnores({ target: folder, baselines: [file] });
    expect(ignores.ignores(candidate({ secret: value('known') }))?.by).toBe('baseline');
    expect(ignores.ignores(candidate({ secret: value('new') }))).toBeUndefined();
    await ignores.prepare([weak(), weak(), candidate({})]);
    expect(ignores.ignores(weak())?.by).toBe('baseline');
    await expect(loadIgnores({ target: folder, baselines: [join(folder, 'none')] })).rejects.toMatchObject({ code: 'config' });
  });
});

describe('sift', () => {
  const { pattern, secret, parts } = candidate({});

  it('parts the locations of a finding', async () => {
    const ignores = await loadIgnores({ target: await folderWith({ '.quashignore': 'path:docs/ # x\n' }) });
    const locations = [location({ kind: 'file', path: 'docs/a' }), location({ kind: 'file', path: 'src/a' })];
    const sifted = ignores.sift({ pattern, secret, parts, locations } as unknown as Finding);
    expect(sifted.reported).toEqual([locations[1]]);
    expect(sifted.ignored).toEqual([{ location: locations[0], why: { by: 'file', entry: '.quashignore:1', reason: 'x' } }]);
  });

  it('carries what gitleaks ignores in a commit to the same path elsewhere, not to others', async () => {
    const folder = await folderWith({ '.gitleaksignore': `${commit}:src/a.ts:example-api-key:3\n` });
    const ignores = await loadIgnores({ target: folder });
    const locations = [
      location({ kind: 'file', path: 'src/a.ts' }, 9),
      location({ kind: 'git', path: 'src/a.ts', blob: 'b', commit }, 3),
      location({ kind: 'git', path: 'src/copy.ts', blob: 'c', commit }, 3),
    ];
    const sifted = ignores.sift({ pattern, secret, parts, locations } as unknown as Finding);
    expect(sifted.reported).toEqual([locations[2]]);
    expect(sifted.ignored).toHaveLength(2);
  });
});

it('asks a thousand entries of every kind about many candidates', async () => {
  const folder = await folderWith({
    '.quashignore': Array.from(
      { length: 1000 },
      (_, index) => `path:${index % 2 ? `/dir${index}/f.ts` : `dir${index}/*key*.ts`} # x`,
    ).join('\n'),
  });
  await addIgnoreEntry(join(folder, '.quashignore'), { credential: candidate({ secret: value('one') }), reason: 'credential' });
  const ignores = await loadIgnores({ target: folder });
  let ignored = 0;
  for (let index = 0; index < 20_000; index += 1) {
    const path = `dir${index % 2000}/${index % 2 ? 'f.ts' : 'my-key.ts'}`;
    if (ignores.ignores(candidate({ path, secret: value('two') }))) ignored += 1;
  }
  expect(ignored).toBe(10_000);
  expect(ignores.ignores(candidate({ secret: value('one') }))?.reason).toBe('credential');
});
