import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// What no file of src/ may do, whatever folder it is in.

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', 'src'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => /\.tsx?$/.test(file) && !file.includes('/assembly/'))
  .map((file) => ({ file, text: readFileSync(`${root}/${file}`, 'utf8') }));

function filesWith(pattern: RegExp): string[] {
  return sources.filter(({ text }) => pattern.test(text)).map(({ file }) => file);
}

test('nothing outside src/revoke reaches into revokers/: a scan or a hook cannot run revoking code', () => {
  const loads = filesWith(/(?:from|import)\s*\(?\s*['"`][^'"`\n]*revokers\//);
  expect(loads.filter((file) => !file.startsWith('src/revoke/'))).toEqual([]);
});

test('only the terminal UI loads Ink and React, and only its command loads the terminal UI', () => {
  const ink = filesWith(/from '(?:ink|react)(?:\/[^']*)?'/);
  expect(ink.length).toBeGreaterThan(2);
  expect(ink.filter((file) => !file.startsWith('src/triage/'))).toEqual([]);
  const loads = filesWith(/(?:from|import)\s*\(?\s*'[^']*\/triage\//).filter((file) => !file.startsWith('src/triage/'));
  expect(loads).toContain('src/commands/triage.ts');
  expect(loads.filter((file) => !/^src\/commands\/triage(?:-[a-z]+)?\.ts$/.test(file))).toEqual([]);
});

test('what a hook loads holds nothing that speaks to a provider', () => {
  const { sources: bundled } = JSON.parse(readFileSync(`${root}/dist/bundle/core.js.map`, 'utf8')) as { sources: string[] };
  expect(bundled.filter((file) => /(?:^|\/)(?:revokers?|verify|wire)\//.test(file))).toEqual([]);
  expect(bundled.some((file) => file.endsWith('src/scan/engine.ts'))).toBe(true);
});

test('the home folder comes from the system, which knows it where HOME is unset', () => {
  expect(filesWith(/process\.env(?:\.|\[['"])(?:HOME|USERPROFILE)\b/)).toEqual([]);
});

test('a name is imported from the file that makes it, never through a barrel', () => {
  expect(filesWith(/^export\s+(?:\*|\{[^}]*\})\s+from\s/m)).toEqual([]);
});

test('the sources were read', () => {
  expect(filesWith(/^export function main|^export async function main/m)).toContain('src/cli-main.ts');
});
