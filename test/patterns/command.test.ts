import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Pattern } from '../../src/model/pattern.ts';

const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-patterns-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function quash(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [cli, 'patterns', ...args], { cwd: folder, encoding: 'utf8' });
  return { status, stdout, stderr };
}

/** Writes a pattern file of provider `own`, one line for each of its patterns. */
function own(...patterns: readonly string[]): string {
  const path = join(folder, 'own.yaml');
  writeFileSync(path, `provider: own\npatterns:\n${patterns.map((pattern) => `  - ${pattern}\n`).join('')}`);
  return path;
}

const good = "{ id: own-key, name: Own key, regex: 'ownk_[0-9A-Za-z]{20}', literals: [ownk_], examples: ['KEY={{secret}}'] }";

describe('quash patterns list', () => {
  test('is a table of all patterns, those of the user too', () => {
    const { status, stdout } = quash('list', '--patterns', own(good));
    expect(status).toBe(0);
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^ID +PROVIDER +SEVERITY +NAME$/);
    expect(lines.some((line) => /^github-pat-classic +github +critical +GitHub /.test(line))).toBe(true);
    expect(lines.some((line) => /^own-key +own +high +Own key$/.test(line))).toBe(true);
    expect(lines.at(-2)).toMatch(/^\d+ patterns of \d+ providers$/);
  });

  test('as JSON has one object a pattern', () => {
    const rows = JSON.parse(quash('list', '--format', 'json').stdout) as readonly Partial<Pattern>[];
    expect(rows.length).toBeGreaterThan(80);
    expect(rows.find(({ id }) => id === 'github-pat-classic')).toMatchObject({
      provider: 'github',
      severity: 'critical',
      generic: false,
    });
  });
});

describe('quash patterns show', () => {
  test('tells all that is known, what was worked out included', () => {
    const { status, stdout } = quash('show', 'github-pat-classic');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^github-pat-classic: /);
    expect(stdout).toMatch(/ {2}literals +"ghp_": a match begins with it, 36 bytes of a known class follow/);
    expect(stdout).toMatch(/ {2}length +40 bytes/);
    expect(stdout).toMatch(/ {2}reach +604 bytes before a literal, 644 from its start on/);
    expect(stdout).toMatch(/ {2}checksum +crc32-base62/);
  });

  test('as JSON gives what the scanner runs', () => {
    const [pattern] = JSON.parse(quash('show', 'github-pat-classic', '--format', 'json').stdout) as readonly Pattern[];
    expect(pattern).toMatchObject({ id: 'github-pat-classic', maxLength: 40, reach: { before: 604, after: 644 } });
  });

  test.each([
    ['github-pat-clasic', 'did you mean github-pat-classic?'],
    ['github', 'there are github-pat-classic, '],
    ['zzzz', 'quash patterns list shows all'],
  ])('%s is none: %s', (id, hint) => {
    const { status, stderr } = quash('show', id);
    expect(status).toBe(2);
    expect(stderr).toContain(`showing a pattern: there is no pattern ${id}; `);
    expect(stderr).toContain(hint);
  });

  test('keeps what a stranger wrote from steering the terminal', () => {
    const file = own(good.replace('name: Own key', 'name: "a\\e]0;owned\\a"'));
    const { stdout } = quash('show', 'own-key', '--patterns', file);
    expect(stdout).toContain('own-key: a\\u{1b}]0;owned\\u{7}');
    expect(stdout.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });
});

describe('quash patterns check', () => {
  test('holds for every pattern that comes with quash, through the real pipeline', () => {
    const { status, stdout } = quash('check');
    expect(stdout).toMatch(/^\d+ patterns, \d+ examples, \d+ counter-examples: all hold\n$/);
    expect(status).toBe(0);
  });

  test("checks the user's files beside them", () => {
    expect(quash('check', own(good))).toEqual({
      status: 0,
      stdout: '1 pattern, 1 example, 0 counter-examples: all hold\n',
      stderr: '',
    });
  });

  test('tells of an example that is not found, with its place, and exits 2', () => {
    const file = own(good.replace('KEY={{secret}}', 'x{{secret}}'));
    const { status, stdout } = quash('check', file);
    expect(status).toBe(2);
    expect(stdout).toBe(
      `${file}:3: error: own-key: example 1: it is not found; look at what stands before and after it (boundary)\n` +
        '1 pattern, 1 example, 0 counter-examples: 1 error\n',
    );
  });

  test("tells of a pattern that finds something in another provider's example", () => {
    const file = own(
      "{ id: own-wide, name: Wide, regex: 'ghp_[0-9A-Za-z]{30,40}', literals: [ghp_], examples: ['ghp_{{chars:a-z:33}}'] }",
    );
    const { status, stdout } = quash('check', file);
    expect(status).toBe(2);
    expect(stdout).toContain(
      `${file}:3: error: own-wide: it finds something in example 1 of github-pat-classic; make it narrower\n`,
    );
  });

  test('a file that cannot be read as patterns is an error with line and hint', () => {
    const { status, stderr } = quash('check', own(good.replace('regex:', 'regx:')));
    expect(status).toBe(2);
    expect(stderr).toMatch(/own\.yaml:3:\d+: unknown key "regx"; did you mean regex\?/);
  });

  test('says that a replaced pattern is replaced', () => {
    const file = join(folder, 'mine.yaml');
    writeFileSync(
      file,
      "provider: github\npatterns:\n  - { id: github-pat-classic, name: Mine, regex: 'ghp_[0-9A-Za-z]{36}', literals: [ghp_], checksum: crc32-base62, examples: ['A={{secret}}'] }\n",
    );
    expect(quash('check', file)).toMatchObject({
      status: 0,
      stderr: `quash: ${file}:3: github-pat-classic replaces the pattern of patterns/github.yaml\n`,
    });
  });

  test('literals: none is warned of, and found all the same', () => {
    const file = own("{ id: own-hex, name: Hex, regex: 'own[0-9a-f]{20}', literals: none, examples: ['KEY={{secret}}'] }");
    const { status, stdout } = quash('check', file);
    expect(stdout).toContain(`${file}:3: warning: own-hex: literals: none runs the regex on every byte`);
    expect(stdout).toContain('1 pattern, 1 example, 0 counter-examples: 1 warning\n');
    expect(status).toBe(0);
  });
});
