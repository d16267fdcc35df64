import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// House rules, read off the tree: what a reviewer would otherwise have to remember.

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter(Boolean);
const sources = files.filter((file) => /^src\/.*\.tsx?$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(`${root}/${file}`, 'utf8');
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'(\.{1,2}\/[^']+)'/g)].map(([, path]) =>
    new URL(path!, `file:///${file}`).pathname.slice(1),
  );
}

test('the top level holds what it should and nothing else', () => {
  const allowed = [
    'package.json',
    'package-lock.json',
    'tsconfig.json',
    'README.md',
    'LICENSE',
    'src',
    'patterns',
    'revokers',
    'test',
    'fixtures',
    'bench',
  ];
  const top = new Set(files.map((file) => file.split('/')[0]!));
  expect([...top].filter((name) => !name.startsWith('.') && !allowed.includes(name))).toEqual([]);
});

test('source files are named in kebab-case after what they hold, components in PascalCase, and no folder or file is a catch-all', () => {
  expect(
    sources.filter((file) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\.(?:d\.)?ts|[A-Z][A-Za-z]*\.tsx)$/.test(basename(file))),
  ).toEqual([]);
  expect(
    sources.filter(
      (file) => /(?:^|\/)(?:utils?|helpers?|common|misc|types|index)(?:\.ts)?(?:\/|$)/.test(file) && !file.includes('/assembly/'),
    ),
  ).toEqual([]);
});

test('nothing is named after a job title', () => {
  const titled = sources.filter((file) =>
    /\b(?:class|interface|function|const) \w+(?:Manager|Helper|Processor|Impl)\b/.test(readFileSync(`${root}/${file}`, 'utf8')),
  );
  expect(titled).toEqual([]);
});

test('dependencies point one way: commands, then stages, then git, then the model; stages do not import each other', () => {
  const stages = ['sources', 'scan', 'ledger', 'report', 'patterns'];
  const folderOf = (file: string) => (dirname(file) === 'src' ? '' : file.split('/')[1]!);
  const allowed: Readonly<Record<string, readonly string[]>> = {
    model: ['model'],
    git: ['git', 'model', ''],
    wire: ['wire', 'model', ''],
    // A stage may stand on git and on the model. Patterns are proved by what the scan would do with them,
    // and by what asking about them would send.
    ...Object.fromEntries(stages.map((stage) => [stage, [stage, 'git', 'model', '']])),
    patterns: ['patterns', 'scan', 'verify', 'wire', 'git', 'model', ''],
    verify: ['verify', 'wire', 'model', ''],
    // What takes back fills in templates and reads answers as what asks does.
    revoke: ['revoke', 'verify', 'wire', 'model', ''],
    ledger: ['ledger', 'patterns', 'git', 'model', ''],
    // What is done is handed to it by its command: it may look, not act.
    triage: ['triage', 'ledger', 'report', 'model', ''],
  };
  const wrong = sources.flatMap((file) => {
    const may = allowed[folderOf(file)];
    return may
      ? importsOf(file)
          .filter((path) => path.startsWith('src/') && !may.includes(folderOf(path)))
          .map((path) => `${file} -> ${path}`)
      : [];
  });
  expect(wrong).toEqual([]);
  expect(sources.filter((file) => folderOf(file) === 'scan').length).toBeGreaterThan(10);
});

test('no registry, machine or secret is written down', () => {
  const lock = readFileSync(`${root}/package-lock.json`, 'utf8');
  expect(lock).not.toMatch(/"resolved"/);
  const paths = files.filter((file) => /\.(?:ts|js|json|md)$|^\.ci\/run$/.test(file) && file !== 'package-lock.json');
  expect(
    paths.filter(
      (file) => /\/(?:home|Users|root|work)\/[a-z]/.test(readFileSync(`${root}/${file}`, 'utf8')) && !file.startsWith('test/'),
    ),
  ).toEqual([]);
});

test('every pattern file is in what the build compiled', () => {
  const built = JSON.parse(readFileSync(`${root}/dist/patterns.json`, 'utf8')) as { patterns: { source: { file: string } }[] };
  const compiled = new Set(built.patterns.map(({ source }) => basename(source.file)));
  expect(files.filter((file) => /^patterns\/.*\.yaml$/.test(file) && !compiled.has(basename(file)))).toEqual([]);
});
