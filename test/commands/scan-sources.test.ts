import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { writeClass, writePdf, writePyc, writeSqlite } from '../../fixtures/archives/documents.ts';
import { writeTar } from '../../fixtures/archives/tar.ts';
import { writeZip } from '../../fixtures/archives/zip.ts';
import { discordExport, discordMessage } from '../../fixtures/chat/discord.ts';
import { base64Lines, mail, mbox, multipart, part } from '../../fixtures/chat/mail.ts';
import { telegramExport } from '../../fixtures/chat/others.ts';
import { slackExport, slackMessage } from '../../fixtures/chat/slack.ts';
import { runners } from '../../fixtures/ci-logs/runners.ts';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { binary, cleanEnvironment, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { invent, places, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);
const line = (seed: string) => `token: ${github(seed)}\n`;
const zipOf = (files: Readonly<Record<string, string | Uint8Array>>) =>
  writeZip(Object.entries(files).map(([name, data]) => ({ name, data })));
const keystore = Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0x61, ...Array(64).fill(7)]);

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

/** The runner that a log is of, around a line with a token. */
const logOf = (runner: string, seed: string) => runners[runner]([`+ export GITHUB_TOKEN=${github(seed)}`]);

describe('everything in a folder is read as what it is', () => {
  const sqlite = writeSqlite([['create table keys (value text)'], ['insert into keys values (?)', [line('sqlite')]]]);
  const kinds: Readonly<
    Record<string, readonly [path: string, content: () => Uint8Array | string | Promise<Buffer>, kind: string]>
  > = {
    zip: ['a.bin', () => zipOf({ 'deep/a.txt': line('zip') }), 'archive'],
    'tar.gz': ['b', () => gzipSync(writeTar([{ name: 'a.txt', data: line('tar.gz') }])), 'archive'],
    'zip in zip': ['c.zip', () => zipOf({ 'inner.zip': zipOf({ 'a.txt': line('zip in zip') }) }), 'archive'],
    pdf: ['d.pdf', () => writePdf([line('pdf')]), 'archive'],
    sqlite: ['e.db', () => sqlite, 'archive'],
    class: ['f.class', () => writeClass([github('class')]), 'file'],
    pyc: ['g.pyc', () => writePyc([github('pyc')]), 'file'],
    jupyter: [
      'h.ipynb',
      () => JSON.stringify({ cells: [{ cell_type: 'code', source: ['a\n', line('jupyter')] }], nbformat: 4 }),
      'file',
    ],
    'source map': [
      'i.js.map',
      () => JSON.stringify({ version: 3, mappings: '', sources: ['a.ts'], sourcesContent: [line('source map')] }),
      'archive',
    ],
    'github-actions job': ['j.log', () => logOf('github-actions job', 'github-actions job').bytes, 'ci-log'],
    gitlab: ['k.log', () => logOf('gitlab', 'gitlab').bytes, 'ci-log'],
    slack: ['l.zip', () => zipOf(slackExport([slackMessage(line('slack'), '1704182400.000100')])), 'chat'],
    discord: ['general.json', () => Object.values(discordExport([discordMessage(line('discord'))]))[0], 'chat'],
    mail: ['m.eml', () => mail(line('mail')), 'chat'],
    plain: ['n.txt', () => line('plain'), 'file'],
  };

  test('format x found', async () => {
    const files: Record<string, string | Uint8Array> = {};
    for (const [path, content] of Object.values(kinds)) files[path] = await content();
    const found = await scan(['.'], { cwd: folderOf(files) });
    const table = Object.entries(kinds).map(([name, [path]]) => {
      const all = found.findings.filter(({ secret }) => secret === github(name)).flatMap(({ locations }) => locations);
      return { name, path, found: [...new Set(all.map(({ origin }) => `${origin.kind} ${'path' in origin && origin.path}`))] };
    });
    expect(table).toEqual(Object.entries(kinds).map(([name, [path, , kind]]) => ({ name, path, found: [`${kind} ${path}`] })));
    expect(found.gaps).toEqual([]);
    expect(found.findings).toHaveLength(Object.keys(kinds).length);
  });

  test('a keystore is a finding of its own, one however often it lies there', async () => {
    const found = await scan(['.'], { cwd: folderOf({ 'a.jks': keystore, 'b.zip': zipOf({ copy: keystore }) }) });
    expect(found.findings).toHaveLength(1);
    expect(found.findings[0]).toMatchObject({ pattern: 'private-key-keystore', severity: 'medium' });
    expect(places(found.findings[0]!, 'file')[0]).toMatchObject({ origin: { path: 'a.jks' }, start: 0, end: keystore.length });
    expect(places(found.findings[0]!, 'archive')[0]!.origin).toMatchObject({ path: 'b.zip', member: 'copy' });
  });
});

test('a token in a commit, a job log and a chat message is one finding, which tells how it spread', async () => {
  const token = github('spread');
  const folder = temporaryFolder();
  const repository = buildRepository(join(folder, 'shop'));
  repository.write('.env', `GITHUB_TOKEN=${token}\n`);
  repository.commit('Deploy');
  writeFileSync(join(folder, 'logs.zip'), zipOf({ '0_build.txt': logOf('github-actions archive, job', 'spread').bytes }));
  // Before the commit, which is of November 2023.
  const message = slackMessage(`it is ${token}, use it`, '1688205600.000100');
  writeFileSync(join(folder, 'export.zip'), zipOf(slackExport([message])));

  const found = await scan(['.'], { cwd: folder });
  expect(found.secrets).toEqual([token]);
  const finding = found.of(token);
  expect([...new Set(finding.locations.map(({ origin }) => origin.kind))].sort()).toEqual(['chat', 'ci-log', 'file', 'git']);
  expect(places(finding, 'chat')[0]!.origin).toMatchObject({
    system: 'slack',
    member: 'general/2024-01-02.json',
    channel: 'general',
    author: { name: 'Ann Example', email: 'ann@example.com' },
  });
  expect(places(finding, 'ci-log')[0]!.origin).toMatchObject({ system: 'github-actions', job: 'build', step: 'Run ./deploy.sh' });
  expect(finding.spread?.map(({ kind }) => kind)).toEqual(['chat', 'git', 'ci-log']);
  const shown = await runQuash(['scan', '.'], { cwd: folder });
  expect(shown.stdout).toMatch(/#general \(slack\)[\s\S]*job build \(github-actions\)/);
});

test('offsets of a location are those of the value, or of what encodes it', async () => {
  const token = github('offsets');
  const log = logOf('gitlab', 'offsets').bytes;
  const json = JSON.stringify({ cells: [{ cell_type: 'code', source: [`a = "é"\nb = "${token}"`] }], nbformat: 4 });
  const eml = mail(`the token is ${token}\n`);
  const files = { 'a.log': log, 'b.ipynb': Buffer.from(json), 'c.eml': Buffer.from(eml) };
  const found = await scan(['.'], { cwd: folderOf(files) });
  const { locations } = found.of(token);
  expect(locations.map(({ origin }) => 'path' in origin && origin.path).sort()).toEqual(Object.keys(files));
  for (const { origin, start, end, line, column } of locations) {
    const bytes = files[(origin as { path: keyof typeof files }).path];
    expect(bytes.subarray(start, end).toString()).toBe(token);
    expect(line).toBe(bytes.subarray(0, start).toString().split('\n').length);
    expect(column).toBe(bytes.subarray(0, start).toString().split('\n').at(-1)!.length + 1);
  }
});

describe('files attached to messages come from the message', () => {
  const attachments = [{ id: '1', url: 'general.json_Files\\env-1A2B.txt', fileName: 'env.txt', fileSizeBytes: 3 }];
  const files = {
    ...discordExport([discordMessage('hi'), discordMessage('see', { attachments })]),
    'general.json_Files/env-1A2B.txt': line('attached'),
    'beside.txt': line('beside'),
  };
  const origin = { kind: 'chat', system: 'discord', channel: 'general', author: { name: 'ann' }, attachment: 'env.txt' };

  test('in a folder', async () => {
    const found = await scan(['.'], { cwd: folderOf(files) });
    expect(found.of(github('attached')).locations[0]).toMatchObject({
      origin: { ...origin, path: 'general.json_Files/env-1A2B.txt' },
      start: 7,
    });
    expect(found.of(github('beside')).locations[0]!.origin).toEqual({ kind: 'file', path: 'beside.txt' });
  });

  test('in an archive', async () => {
    const found = await scan(['export.zip'], { cwd: folderOf({ 'export.zip': zipOf(files) }) });
    expect(found.of(github('attached')).locations[0]!.origin).toMatchObject({
      ...origin,
      path: 'export.zip',
      member: 'general.json_Files/env-1A2B.txt',
    });
    expect(found.of(github('beside')).locations[0]!.origin).toEqual({
      kind: 'archive',
      path: 'export.zip',
      member: 'beside.txt',
    });
  });

  test.each(['tar', 'tar.gz'])('in a %s', async (kind) => {
    const slack = slackExport([slackMessage(line('said'), '1704189600.000100')]);
    const tar = writeTar(Object.entries({ ...files, ...slack }).map(([name, data]) => ({ name, data })));
    const found = await scan(['.'], { cwd: folderOf({ [`export.${kind}`]: kind === 'tar' ? tar : gzipSync(tar) }) });
    expect(found.of(github('attached')).locations[0]!.origin).toMatchObject({
      ...origin,
      path: `export.${kind}`,
      member: 'general.json_Files/env-1A2B.txt',
    });
    // Who wrote a message stands in a list beside it, which may come later.
    expect(found.of(github('said')).locations[0]!.origin).toMatchObject({
      kind: 'chat',
      author: { name: 'Ann Example', email: 'ann@example.com' },
    });
    expect(found.gaps).toEqual([]);
  });

  test('files of mail that are no text', async () => {
    const encoded = (type: string, name: string, bytes: Uint8Array) =>
      part(
        type,
        base64Lines(bytes),
        `Content-Disposition: attachment; filename="${name}"\r\nContent-Transfer-Encoding: base64\r\n`,
      );
    const inner = multipart('mixed', [encoded('application/zip', 'deep.zip', zipOf({ env: line('mail in mail') }))], 'inner');
    const eml = multipart('mixed', [
      part('text/plain', 'see'),
      encoded('application/zip', 'keys.zip', zipOf({ 'etc/env': line('zip in mail') })),
      encoded('application/pdf', 'plan.pdf', writePdf([line('pdf in mail')])),
      encoded('application/octet-stream', 'forward.eml', Buffer.from(inner)),
      encoded('application/zip', 'locked.zip', writeZip([{ name: 'a', data: 'x', encrypted: true }])),
      encoded('image/png', 'a.png', Buffer.from(line('picture'))),
    ]);
    const found = await scan(['.'], { cwd: folderOf({ 'm.eml': eml, 'all.mbox': mbox([mail('first'), eml]) }) });
    for (const [seed, attachment, member] of [
      ['zip in mail', 'keys.zip', 'keys.zip!/etc/env'],
      ['pdf in mail', 'plan.pdf', 'plan.pdf!/page 1'],
      ['mail in mail', 'deep.zip', 'forward.eml!/deep.zip!/env'],
    ]) {
      const origins = found.of(github(seed)).locations.map((location) => location.origin);
      expect(origins.map((one) => 'path' in one && one.path).sort()).toEqual(['all.mbox', 'm.eml']);
      for (const one of origins)
        expect(one).toMatchObject({ kind: 'chat', author: { email: 'ann@example.com' }, attachment, member });
    }
    expect(found.secrets).toHaveLength(3);
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['encrypted', 'encrypted']);
  });

  test('an archive that was attached', async () => {
    const found = await scan(['.'], {
      cwd: folderOf({
        ...telegramExport({ text: 'see', file: 'files/a.zip', file_name: 'a.zip' }),
        'files/a.zip': zipOf({ env: line('in attached') }),
      }),
    });
    expect(found.of(github('in attached')).locations[0]!.origin).toMatchObject({
      kind: 'chat',
      system: 'telegram',
      path: 'files/a.zip',
      member: 'env',
      attachment: 'a.zip',
    });
  });
});

test('an export in a zip has more channels than are remembered, and its lists are read again', async () => {
  const { 'general/2024-01-02.json': _, ...lists } = slackExport([]);
  const files: Record<string, string> = { ...lists };
  const channels = Array.from({ length: 40 }, (_, index) => `team-${index}`);
  for (const name of channels) files[`${name}/2024-01-02.json`] = JSON.stringify([slackMessage(line(name), '1704182400.000100')]);
  const found = await scan(['export.zip'], { cwd: folderOf({ 'export.zip': zipOf(files) }) });
  expect(found.secrets).toEqual(channels.map(github).sort());
  for (const name of channels) {
    expect(found.of(github(name)).locations[0]!.origin).toMatchObject({ channel: name, author: { name: 'Ann Example' } });
  }
});

describe('a target of its own', () => {
  const log = logOf('github-actions archive, job', 'target');
  const logs = zipOf({ '0_build.txt': log.bytes, 'build/1_Set up.txt': 'x' });

  test('an archive of logs', async () => {
    const found = await scan(['logs.zip'], { cwd: folderOf({ 'logs.zip': logs }) });
    expect(found.of(github('target')).locations[0]!.origin).toMatchObject({
      kind: 'ci-log',
      path: 'logs.zip',
      member: '0_build.txt',
      job: 'build',
    });
  });

  test('an archive on stdin', async () => {
    const folder = folderOf({ 'logs.zip': logs });
    const child = spawn(process.execPath, [binary, 'scan', '-', '--format', 'jsonl', '--unredacted'], {
      env: cleanEnvironment(),
      stdio: [openSync(join(folder, 'logs.zip'), 'r'), 'pipe', 'pipe'],
    });
    const { stdout, code } = await ended(child);
    expect(code).toBe(1);
    const finding = JSON.parse(stdout.split('\n')[0]!);
    expect(finding).toMatchObject({ type: 'finding', secret: github('target') });
    expect(finding.locations[0].origin).toMatchObject({ kind: 'ci-log', path: '-', member: '0_build.txt', job: 'build' });
  });

  test('text on stdin stays stdin', async () => {
    const found = await scan(['-'], { stdin: `{"a": "${github('target')}"}\n` });
    expect(found.of(github('target')).locations[0]!.origin).toEqual({ kind: 'stdin' });
  });

  test('--as says what content leaves open', async () => {
    const folder = folderOf({ 'out.txt': line('open'), 'logs.zip': zipOf({ 'a.txt': line('open') }) });
    const log = await scan(['--as', 'ci-log', '.'], { cwd: folder });
    expect(log.of(github('open')).locations.map(({ origin }) => origin)).toEqual([
      expect.objectContaining({ kind: 'ci-log', path: 'logs.zip', member: 'a.txt' }),
      expect.objectContaining({ kind: 'ci-log', path: 'out.txt' }),
    ]);
    const stdin = await scan(['--as', 'ci-log', '-'], { stdin: line('open') });
    expect(stdin.of(github('open')).locations[0]!.origin).toMatchObject({ kind: 'ci-log', path: '-' });
    for (const as of ['chat', 'archive']) {
      const refused = await scan(['--as', as, 'out.txt'], { cwd: folder });
      expect(refused).toMatchObject({ code: 2, findings: [] });
      expect(refused.stderr).toContain('leave out --as');
    }
    expect((await scan(['--as', 'archive', 'logs.zip'], { cwd: folder })).secrets).toEqual([github('open')]);
  });

  test('--explain tells of what was turned down in a member', async () => {
    const token = github('explained');
    const wrong = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
    const found = await scan(['--explain', 'a.zip'], { cwd: folderOf({ 'a.zip': zipOf({ 'a.txt': `\ntoken: ${wrong}\n` }) }) });
    expect(found.turnedDown).toContainEqual(
      expect.objectContaining({
        pattern: 'github-pat-classic',
        origin: { kind: 'archive', path: 'a.zip', member: 'a.txt' },
        line: 2,
        column: 8,
      }),
    );
  });
});

describe('hostile archives end as gaps', () => {
  const zeros = Buffer.alloc(30_000_000);
  const nested = (depth: number): Uint8Array =>
    depth === 0 ? Buffer.from(line('deep')) : zipOf({ [depth === 1 ? 'a.txt' : 'a.zip']: nested(depth - 1) });
  const many = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`${index}.txt`, 'x']));
  const hostile: Readonly<Record<string, readonly [content: Uint8Array, flags: readonly string[], reason: string]>> = {
    'a ratio': [zipOf({ zeros }), [], 'ratio'],
    'a total': [zipOf({ zeros }), ['--limit', 'maxTotalBytes=1000000'], 'too-large'],
    entries: [zipOf(many), ['--limit', 'maxEntries=10'], 'entries'],
    depth: [nested(10), [], 'depth'],
    encryption: [writeZip([{ name: 'a', data: 'x', encrypted: true }]), [], 'encrypted'],
    damage: [gzipSync(Buffer.from(line('damaged').repeat(100))).subarray(0, -20), [], 'corrupt'],
  };

  test.each(Object.entries(hostile))('%s', async (name, [content, flags, reason]) => {
    const found = await scan([...flags, '.'], { cwd: folderOf({ 'a.zip': content }) });
    expect(found.gaps.map((gap) => gap.reason)).toContain(reason);
    expect(found.summary).toMatchObject({ complete: false });
    expect(found.code).toBe(name === 'damage' ? 1 : 3);
  });

  test('a limit that was raised does not bite', async () => {
    const found = await scan(['--limit', 'maxDepth=12', '.'], { cwd: folderOf({ 'a.zip': nested(10) }) });
    expect(found.secrets).toEqual([github('deep')]);
    expect(found.gaps).toEqual([]);
  });

  test('a limit that is none is said where there is no archive, too', async () => {
    const { code, stdout, stderr } = await runQuash(['scan', '--offline', '--limit', 'nonsense', '.'], {
      cwd: folderOf({ 'a.txt': 'x' }),
    });
    expect(stderr).toContain('reading --limit "nonsense"');
    expect(stdout).toBe('');
    expect(code).toBe(2);
  });
});

test('what is packed is not told of twice', async () => {
  // Stored without compression, the token stands in the file's own bytes, too.
  const stored = writeZip([{ name: 'a.txt', data: line('stored'), method: 0 }]);
  const folder = folderOf({ 'a.zip': stored });
  const found = await scan(['.'], { cwd: folder });
  expect(found.of(github('stored')).locations).toHaveLength(1);
  expect(readFileSync(join(folder, 'a.zip')).includes(github('stored'))).toBe(true);
});

describe('--home', () => {
  const transcript = (seed: string) =>
    `${JSON.stringify({ type: 'user', message: { role: 'user', content: 'hi' } })}\n${JSON.stringify({
      type: 'user',
      toolUseResult: { stdout: `API=1\nGITHUB_TOKEN="${github(seed)}"\n` },
    })}\n`;
  const files = {
    '.claude/projects/-home-ann-shop/0a1b.jsonl': transcript('transcript'),
    '.mcp.json': JSON.stringify({ mcpServers: { github: { env: { GITHUB_TOKEN: github('mcp') } } } }),
    'work/shop/.cursor/mcp.json': JSON.stringify({
      mcpServers: { a: { headers: { Authorization: `Bearer ${github('project')}` } } },
    }),
    '.codex/sessions/2026/01/02/rollout-1.jsonl': transcript('rollout'),
    '.bash_history': `export GITHUB_TOKEN=${github('history')}\n`,
    'work/shop/.env.local': `GITHUB_TOKEN=${github('env')}\n`,
    '.docker/config.json': JSON.stringify({
      auths: { 'ghcr.io': { auth: Buffer.from(`ann:${github('docker')}`).toString('base64') } },
    }),
    '.kube/config': `users:\n- name: a\n  user:\n    token: ${github('kube')}\n`,
    'Library/Application Support/Code/User/settings.json': `{"github.token": "${github('editor')}"}`,
  };
  const others = { 'notes.txt': line('notes'), 'work/shop/src/a.ts': `const a = '${github('code')}';\n` };

  test('reads what tools keep there, says so before, and reads no more', async () => {
    const home = folderOf({ ...files, ...others });
    const found = await scan(['--home'], { cwd: temporaryFolder(), env: { HOME: home } });
    const where = found.findings.flatMap(({ locations }) => locations.map(({ origin }) => 'path' in origin && origin.path));
    expect(where.sort()).toEqual(Object.keys(files).sort());
    expect(found.stderr).toContain(`--home reads these ${Object.keys(files).length} files of ${home}, and no others:`);
    expect(found.stderr).toContain('Claude Code: .claude/projects/-home-ann-shop/0a1b.jsonl');
    expect(found.summary).toMatchObject({ complete: true, objects: Object.keys(files).length });
  });

  test('files that the environment moves are read where they are', async () => {
    const home = folderOf({ '.npmrc': 'x\n' });
    const elsewhere = folderOf({
      'aws/credentials': `[default]\n# ${line('moved')}`,
      'codex/auth.json': `{"token": "${github('codex')}"}`,
    });
    const env = {
      HOME: home,
      AWS_SHARED_CREDENTIALS_FILE: join(elsewhere, 'aws/credentials'),
      CODEX_HOME: join(elsewhere, 'codex'),
    };
    const found = await scan(['--home'], { cwd: temporaryFolder(), env });
    expect([...found.secrets].sort()).toEqual([github('moved'), github('codex')].sort());
    expect(found.stderr).toContain(`Codex: ${relative(home, join(elsewhere, 'codex/auth.json'))}`);
    expect(found.gaps).toEqual([]);
  });

  test('takes no target and no part of a history', async () => {
    for (const args of [
      ['--home', 'a'],
      ['--home', '--staged'],
    ])
      expect((await runQuash(['scan', ...args])).code).toBe(2);
  });
});

describe('what a history holds', () => {
  test('archives, logs and keystores in it are read as what they are, with the member', async () => {
    const repository = buildRepository(join(temporaryFolder(), 'shop'));
    repository.write('a.txt', 'hello\n');
    repository.commit('Start');
    const inner = zipOf({ 'deep/a.txt': line('inner') });
    repository.write('backup/site.zip', zipOf({ 'etc/app.conf': line('zipped'), 'inner.zip': inner }));
    // Colours in the midst of a value: of its bytes alone no pattern would find it.
    const token = github('coloured');
    repository.write(
      'logs/out.log',
      runners['github-actions archive, job']([`push ${token.slice(0, 9)}\u001b[1m${token.slice(9)}`]).bytes,
    );
    repository.write('release.jks', keystore);
    repository.write('locked.zip', writeZip([{ name: 'a', data: 'x', encrypted: true }]));
    const added = repository.commit('Back up');
    for (const path of ['backup/site.zip', 'logs/out.log', 'release.jks', 'locked.zip']) repository.remove(path);
    repository.commit('Clean up');
    for (const isPacked of [false, true]) {
      if (isPacked) repository.git('repack', '-adfq');
      const found = await scan(['--open-blobs', '.'], { cwd: repository.path });
      const git = (secret: string) => places(found.of(secret), 'git').map(({ origin }) => origin);
      expect(git(github('zipped'))).toEqual([
        expect.objectContaining({ path: 'backup/site.zip', member: 'etc/app.conf', commit: added, author: 'Ada Author' }),
      ]);
      expect(git(github('inner'))).toEqual([
        expect.objectContaining({ path: 'backup/site.zip', member: 'inner.zip!/deep/a.txt', commit: added }),
      ]);
      expect(git(token)).toEqual([expect.objectContaining({ path: 'logs/out.log', commit: added })]);
      expect(found.findings.map(({ pattern }) => pattern)).toContain('private-key-keystore');
      expect(found.findings).toHaveLength(4);
      expect(found.gaps).toEqual([
        expect.objectContaining({ reason: 'encrypted', origin: expect.objectContaining({ kind: 'git', path: 'locked.zip' }) }),
      ]);
    }
    const shown = await runQuash(['scan', '--open-blobs', '.'], { cwd: repository.path });
    expect(shown.stdout).toContain('backup/site.zip!/inner.zip!/deep/a.txt:1:8');
  });

  test('exports, mail and notebooks in it are read as what they are, with the message or the cell', async () => {
    const repository = buildRepository(join(temporaryFolder(), 'shop'));
    repository.write('a.txt', 'hello\n');
    repository.commit('Start');
    // Cut by what each kind puts into a text: of its bytes alone no pattern would find it.
    const cut = (seed: string, between: string) => `${github(seed).slice(0, 9)}${between}${github(seed).slice(9)}`;
    const files: Readonly<Record<string, string>> = {
      'talk/2024-01-02.json': slackExport([
        slackMessage('hi', '1704189500.000000'),
        slackMessage(cut('slack', '\u200b'), '1704189600.000100'),
      ])['general/2024-01-02.json'],
      'general.json': Object.values(discordExport([discordMessage(cut('discord', '\u200b'))]))[0],
      'inbox.eml': mail(cut('mail', '=\r\n'), { 'Content-Transfer-Encoding': 'quoted-printable' }),
      'step.json': runners['circleci json'](['ready', `push ${cut('job', '\u001b[1m')}`]).bytes.toString(),
      'study.ipynb': JSON.stringify({
        cells: [
          { cell_type: 'markdown', source: ['# hi'] },
          { cell_type: 'code', source: ['a\n', `t = "${github('cell')}"`] },
        ],
        nbformat: 4,
      }),
    };
    for (const [path, content] of Object.entries(files)) repository.write(path, content);
    const added = repository.commit('Keep');
    for (const path of Object.keys(files)) repository.remove(path);
    repository.commit('Clean up');
    const within = {
      slack: {
        kind: 'chat',
        system: 'slack',
        author: { id: 'U012AB3CD', name: 'Ann Example' },
        timestamp: '2024-01-02T10:00:00.000Z',
      },
      discord: { kind: 'chat', system: 'discord', workspace: 'Acme', channel: 'general', author: { name: 'ann' } },
      mail: { kind: 'chat', system: 'eml', author: { name: 'Ann Example', email: 'ann@example.com' } },
      job: { kind: 'ci-log', system: 'circleci' },
      cell: { kind: 'notebook', cell: 2 },
    };
    for (const isPacked of [false, true]) {
      if (isPacked) repository.git('repack', '-adfq');
      const plain = await scan(['.'], { cwd: repository.path });
      expect(plain.secrets).toEqual([github('cell')]);
      const found = await scan(['--open-blobs', '.'], { cwd: repository.path });
      for (const [index, [seed, expected]] of Object.entries(within).entries()) {
        const [{ origin }] = places(found.of(github(seed)), 'git');
        expect(origin).toMatchObject({ path: Object.keys(files)[index], commit: added, within: expected });
      }
      expect(found.gaps).toEqual([]);
    }
    const { stdout } = await runQuash(['scan', '--open-blobs', '.'], { cwd: repository.path });
    expect(stdout).toContain('#general');
    expect(stdout).toContain('cell 2');
  });

  test('an archive that is there still is one place, told of with its history', async () => {
    const repository = buildRepository(join(temporaryFolder(), 'shop'));
    repository.write('a.zip', writeZip([{ name: 'a.txt', data: line('kept'), method: 0 }]));
    repository.commit('Start');
    const { locations } = (await scan(['--open-blobs', '.'], { cwd: repository.path })).of(github('kept'));
    expect(locations.map(({ origin }) => [origin.kind, 'member' in origin && origin.member])).toEqual(
      expect.arrayContaining([
        ['archive', 'a.txt'],
        ['git', 'a.txt'],
      ]),
    );
    expect(locations).toHaveLength(2);
  });

  test('what is asked for of a history limits what is told of its archives', async () => {
    const repository = buildRepository(join(temporaryFolder(), 'shop'));
    repository.write('old.zip', zipOf({ 'a.txt': line('old') }));
    repository.write('locked.zip', writeZip([{ name: 'a', data: 'x', encrypted: true }]));
    const start = repository.commit('Start');
    repository.write('new.zip', zipOf({ 'a.txt': line('new') }));
    repository.commit('Go on');
    const found = await scan(['--open-blobs', '--range', `${start}..HEAD`, '.'], { cwd: repository.path });
    expect(found.secrets).toEqual([github('new')]);
    expect(found.gaps).toEqual([]);
  });
});
