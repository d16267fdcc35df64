import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type KnownCredential, type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import type { StoredRecord } from '../../src/report/stored-record.ts';
import { type Home, newHome } from './homes.ts';
import { invent } from './scans.ts';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer(readDescriptions(new URL('../../fixtures/providers/', import.meta.url)));
});
afterAll(() => server.close());

const github = (seed: string) => invent('github-pat-classic', seed);

function known(secret: string): KnownCredential {
  const credential: KnownCredential = { pattern: 'github-pat-classic', secret, parts: {}, state: 'live' };
  server.add(credential);
  return credential;
}

const endpoints = () => server.endpoints('github').flatMap((endpoint) => ['--endpoint', endpoint]);

async function homeWithKeys(): Promise<Home> {
  const home = newHome();
  expect((await home.quash(['keys', 'init'])).code).toBe(0);
  return home;
}

async function list(home: Home, ...args: readonly string[]): Promise<readonly StoredRecord[]> {
  const { stdout, stderr, code } = await home.quash(['findings', 'list', '--format', 'json', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return JSON.parse(stdout).findings;
}

test('without keys nothing is kept, and a scan that finds something says so', async () => {
  const home = newHome();
  const clean = await home.quash(['scan', '--offline']);
  expect(clean.stderr).toBe('');
  writeFileSync(join(home.repository, 'a.env'), `TOKEN=${github('one')}\n`);
  const { code, stderr } = await home.quash(['scan', '--offline']);
  expect(code).toBe(1);
  expect(stderr).toBe('quash: nothing was kept; quash keys init, once, makes the keys that a ledger is sealed with\n');
  expect((await home.quash(['scan', '--offline', '--quiet'])).stderr).toBe('');
  expect((await home.quash(['scan', '--offline'], { env: { CI: 'true' } })).stderr).toBe('');
  expect(existsSync(home.store)).toBe(false);
  const listed = await home.quash(['findings', 'list']);
  expect(listed.code).toBe(2);
  expect(listed.stderr).toContain('run quash keys init once, then quash scan');
  expect(existsSync(home.store)).toBe(false);
  const insisted = await home.quash(['scan', '--offline', '--store', 'here.db']);
  expect(insisted.code).toBe(2);
  expect(insisted.stderr).toContain('there is nobody to seal the secrets to');
});

test('scans keep what they find, and say what is new', async () => {
  const home = await homeWithKeys();
  const file = join(home.repository, 'a.env');
  const secret = github('one');
  writeFileSync(file, `TOKEN=${secret}\n`);
  const scan = async (...args: readonly string[]) => (await home.quash(['scan', '--offline', ...args])).stderr;
  expect(await scan()).toBe(`quash: ${home.store}: 1 new, 0 still there\n`);
  writeFileSync(file, `# moved\n\nTOKEN=${secret}\n`);
  expect(await scan()).toBe(`quash: ${home.store}: 0 new, 1 still there\n`);
  const [finding] = await list(home);
  expect(finding).toMatchObject({ pattern: 'github-pat-classic', state: 'open', verdict: { state: 'unasked' } });
  expect(finding!.locations).toMatchObject([{ line: 3, origin: { kind: 'file', path: 'a.env' } }]);
  writeFileSync(file, `TOKEN=${secret} # quash:allow\n`);
  expect(await scan()).toBe(`quash: ${home.store}: 0 new, 0 still there\n`);
  expect(await scan('--exclude', 'a.env')).toBe(`quash: ${home.store}: 0 new, 0 still there\n`);
  rmSync(file);
  expect(await scan()).toBe(`quash: ${home.store}: 0 new, 0 still there, 1 gone\n`);
  expect((await list(home))[0]!.state).toBe('gone');
  writeFileSync(join(home.repository, 'b.env'), `TOKEN=${secret}\n`);
  expect(await scan()).toBe(`quash: ${home.store}: 0 new, 1 still there, 1 leaked again after it was gone\n`);
  expect(await list(home, '--where', 'state=open path=b.env')).toHaveLength(1);
  expect(await scan('--store', 'none')).toBe('');
  expect((await home.quash(['scan', '--offline'], { env: { CI: 'true' } })).stderr).toBe('');
  if (process.platform !== 'win32') expect(statSync(home.store).mode & 0o777).toBe(0o600);
  expect(readFileSync(home.store).includes(secret)).toBe(false);
});

test('findings are decided on by id and by filter', async () => {
  const home = await homeWithKeys();
  writeFileSync(join(home.repository, 'a.env'), `A=${github('one')}\n`);
  writeFileSync(join(home.repository, 'b.env'), `B=${github('two')}\n`);
  await home.quash(['scan', '--offline']);
  const [one, two] = await list(home);
  const run = (...args: readonly string[]) => home.quash(['findings', ...args]);
  expect(await run('ignore', one!.id.slice(0, 6), '--reason', 'of the tests')).toMatchObject({
    code: 0,
    stderr: 'quash: 1 finding ignored\n',
  });
  expect(await run('accept', two!.id, '--until', '30d', '--reason', 'rotation')).toMatchObject({ code: 0 });
  expect((await list(home)).map(({ state }) => state).sort()).toEqual(['accepted', 'ignored']);
  expect(await run('assign', '--where', 'provider=github', '--to', 'ann@example.com')).toMatchObject({
    stderr: 'quash: 2 findings assigned\n',
  });
  expect((await list(home, '--where', 'owner=ann@example.com')).length).toBe(2);
  expect(await run('reopen', '--where', 'state!=open')).toMatchObject({ code: 0 });
  expect((await list(home)).map(({ state }) => state)).toEqual(['open', 'open']);
  const page = await run('show', one!.id.slice(0, 6));
  expect(page.stdout).toContain('of the tests');
  expect(page.stdout).toMatch(/assign to ann@example\.com by /);
  const shown = JSON.parse((await run('show', one!.id, '--format', 'json')).stdout);
  expect(shown.history.decisions.map(({ kind }: { kind: string }) => kind)).toEqual(['ignore', 'assign', 'reopen']);
  for (const [args, told] of [
    [['ignore', one!.id], 'needs --reason'],
    [['ignore', '--reason', 'x'], 'takes either ids or --where'],
    [['ignore', one!.id, '--where', 'state=open', '--reason', 'x'], 'takes either ids or --where'],
    [['ignore', '--where', 'provider=nobody', '--reason', 'x'], 'no finding matches'],
    [['accept', one!.id, '--until', '2001-01-01', '--reason', 'x'], '--until must be a day to come'],
    [['list', '--where', 'colour=red'], 'there is no field "colour"; known are provider'],
    [['list', '--where', 'verdict=alive'], 'it is live, dead, unknown'],
    [['list', '--where', github('pasted')], 'what stands there compares nothing'],
    [['show', github('pasted')], 'an id is made of the digits'],
  ] as const) {
    const { code, stderr } = await run(...args);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining(told) });
    expect(stderr).not.toContain(github('pasted').slice(8));
  }
});

test('verify asks about findings of the ledger again, and keeps the answers', async () => {
  const home = await homeWithKeys();
  const [one, two] = [known(github('v1')), known(github('v2'))];
  writeFileSync(join(home.repository, 'a.env'), `A=${one.secret}\nB=${two.secret}\n`);
  const scanned = await home.quash(['scan', ...endpoints()]);
  expect(scanned.code).toBe(4);
  const first = await list(home, '--where', 'verdict=live');
  expect(first.length).toBe(2);
  one.state = 'dead';
  two.state = 'dead';
  const id = first.find(({ secret }) => one.secret.endsWith(secret.slice(5, 9)))!.id;
  const single = await home.quash(['verify', id.slice(0, 6), '--format', 'jsonl', ...endpoints()]);
  expect(single.code).toBe(1);
  expect(single.stdout).not.toContain(one.secret);
  expect(JSON.parse(single.stdout.split('\n')[0]!)).toMatchObject({
    id,
    verdict: { state: 'dead' },
    locations: [{ line: expect.any(Number) }],
  });
  expect((await list(home, '--where', 'verdict=live')).length).toBe(1);
  one.state = 'live';
  const all = await home.quash(['verify', '--all', '--format', 'json', ...endpoints()]);
  expect(all.code).toBe(4);
  expect(all.stderr).toContain(`live again after being dead: ${id}`);
  expect(JSON.parse(all.stdout).summary).toMatchObject({ findings: 2, live: 1, dead: 1 });
  const { stdout } = await home.quash(['findings', 'show', id, '--format', 'json']);
  expect(JSON.parse(stdout).history.verdicts.map(({ state }: { state: string }) => state)).toEqual(['live', 'dead', 'live']);
  const where = await home.quash(['verify', '--where', 'verdict=dead', '--format', 'json', '--offline']);
  expect(JSON.parse(where.stdout).findings).toHaveLength(1);
  const { code, stderr } = await home.quash(['verify', one.secret]);
  expect(code).toBe(2);
  expect(stderr).toContain('a secret on the command line is not taken');
  expect(stderr).not.toContain(one.secret);
});

test('a machine with recipients alone writes and cannot read; the responder can', async () => {
  const responder = await homeWithKeys();
  const { recipients } = JSON.parse((await responder.quash(['keys', 'show', '--format', 'json'])).stdout);
  const sweeper = newHome();
  const init = await sweeper.quash(['keys', 'init', '--recipient', recipients[0]]);
  expect(init.stdout).toContain('this machine can write, and not read');
  expect(existsSync(join(sweeper.folder, 'config', 'quash', 'identity'))).toBe(false);
  const secret = known(github('swept')).secret;
  writeFileSync(join(sweeper.repository, 'a.env'), `A=${secret}\n`);
  await sweeper.quash(['scan', '--offline']);
  const refused = await sweeper.quash(['verify', '--all', ...endpoints()]);
  expect(refused).toMatchObject({ code: 2, stdout: '' });
  expect(refused.stderr).toContain('it can write and not read');
  const opened = await responder.quash(['verify', '--all', '--store', sweeper.store, ...endpoints()]);
  expect(opened.code).toBe(4);
  const stranger = await homeWithKeys();
  const wrong = await stranger.quash(['verify', '--all', '--store', sweeper.store, ...endpoints()]);
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('it was sealed to others than the identity here');
});

test('an identity is never replaced, and not read where others may', async () => {
  const home = await homeWithKeys();
  const file = join(home.folder, 'config', 'quash', 'identity');
  const before = readFileSync(file, 'utf8');
  const again = await home.quash(['keys', 'init']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('is there already');
  expect(readFileSync(file, 'utf8')).toBe(before);
  const bad = await home.quash(['keys', 'init', '--recipient', 'age1nonsense']);
  expect(bad.code).toBe(2);
  if (process.platform === 'win32') return;
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const { chmodSync } = await import('node:fs');
  chmodSync(file, 0o644);
  expect((await home.quash(['keys', 'show'])).stderr).toContain('chmod 600');
});

test.each(['text', 'json', 'jsonl', 'sarif', 'gitlab', 'csv', 'junit', 'html'])(
  'findings are exported as %s, redacted',
  async (format) => {
    const home = await homeWithKeys();
    writeFileSync(join(home.repository, 'a.env'), `A=${github('exported')}\n`);
    await home.quash(['scan', '--offline']);
    const { code, stdout, stderr } = await home.quash(['findings', 'export', '--format', format]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('a.env');
    expect(stdout).not.toContain(github('exported').slice(6, 30));
  },
);

test('an export with what is sealed moves a ledger to another place', async () => {
  const home = await homeWithKeys();
  const { secret } = known(github('moved'));
  writeFileSync(join(home.repository, 'a.env'), `A=${secret}\n`);
  await home.quash(['scan', '--offline']);
  const [finding] = await list(home);
  await home.quash(['findings', 'ignore', finding!.id, '--reason', 'moved along']);
  expect((await home.quash(['findings', 'export', '--sealed', '--output', 'out.jsonl'])).code).toBe(0);
  expect(readFileSync(join(home.repository, 'out.jsonl'), 'utf8')).not.toContain(secret);
  const imported = await home.quash(['findings', 'import', 'out.jsonl', '--store', 'other.db']);
  expect(imported).toMatchObject({ code: 0, stderr: 'quash: out.jsonl, an export of quash: 1 new, 0 known\n' });
  expect(await list(home, '--store', 'other.db')).toEqual(await list(home));
  const verified = await home.quash(['verify', finding!.id, '--store', 'other.db', ...endpoints()]);
  expect(verified.code).toBe(4);
});

test('nothing of the ledger is loaded by a hook, nor by a scan that keeps nothing', async () => {
  const bundle = join(import.meta.dirname, '../../dist/bundle');
  const core = readFileSync(join(bundle, 'core.js'), 'utf8');
  // What the core imports at once; what it may import later is written as import(…).
  expect(core.match(/^import .*$/gm)?.filter((line) => /kysely|libsql|age-encryption|["']pg["']/.test(line))).toEqual([]);
  for (const packageName of ['kysely', 'libsql', 'age-encryption']) expect(core).not.toContain(`"${packageName}"`);
});
