import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { recordBaseline } from '../../src/commands/baseline.ts';
import { baselineRules, parseBaseline, readBaseline, updateBaseline, writeBaseline } from '../../src/ledger/baseline.ts';
import type { Finding } from '../../src/model/finding.ts';
import { candidate, temporaryFolder, value, weak } from './candidates.ts';

type Found = Pick<Finding, 'pattern' | 'secret' | 'parts'>;
const finding = (name: string): Found => candidate({ secret: value(name) }) as unknown as Found;

describe('a baseline', () => {
  it('covers what was found, wherever it stands now, and nothing else', async () => {
    const file = join(await temporaryFolder(), 'baseline.json');
    await writeBaseline([finding('a'), finding('b'), weak() as unknown as Found], file);
    const { rules, warnings } = await readBaseline(file);
    expect(warnings).toEqual([]);
    expect(rules.ignores(candidate({ secret: value('a'), path: 'moved.ts', line: 400 }), 'moved.ts')).toMatchObject({
      by: 'baseline',
    });
    expect(rules.ignores(weak(), 'x')).toMatchObject({ by: 'baseline' });
    expect(rules.ignores(candidate({ secret: value('c') }), 'src/a.ts')).toBeUndefined();
  });

  it('holds no value, path, line or time, and stands one entry a line in order', async () => {
    const { text } = await updateBaseline(['a', 'b', 'c', 'd'].map(finding));
    for (const name of ['a', 'b', 'c', 'd']) expect(text).not.toContain(value(name));
    const lines = text.split('\n').filter((line) => line.includes('fingerprint'));
    expect(lines).toHaveLength(4);
    expect(lines).toEqual([...lines].sort());
    for (const line of lines) {
      expect(line).toMatch(/^ {4}\{ "fingerprint": "[0-9a-f]{64}", "pattern": "example-api-key" \},?$/);
    }
    expect(Object.keys(JSON.parse(text))).toEqual(['quash', 'version', 'salts', 'findings']);
  });

  it('is the same file when the same is found again, in whatever order and however often', async () => {
    const file = join(await temporaryFolder(), 'baseline.json');
    await writeBaseline([finding('a'), finding('b'), weak() as unknown as Found], file);
    const before = await readFile(file, 'utf8');
    const update = await writeBaseline([finding('b'), weak() as unknown as Found, finding('b'), finding('a')], file);
    expect(update).toEqual({ added: 0, kept: 3, removed: 0 });
    expect(await readFile(file, 'utf8')).toBe(before);
  });

  it('drops what is no longer found, or keeps it when told so', async () => {
    const file = join(await temporaryFolder(), 'baseline.json');
    await writeBaseline([finding('a'), finding('b')], file);
    expect(await writeBaseline([finding('b'), finding('c')], file, { keep: 'all' })).toEqual({ added: 1, kept: 2, removed: 0 });
    expect(await writeBaseline([finding('b'), finding('d')], file)).toEqual({ added: 1, kept: 1, removed: 2 });
    const { rules } = await readBaseline(file);
    expect(rules.ignores(candidate({ secret: value('a') }), 'a')).toBeUndefined();
    expect(rules.ignores(candidate({ secret: value('d') }), 'a')).toBeDefined();
  });

  it('is merged by keeping the entries and salts of both sides', async () => {
    const [ours, theirs] = await Promise.all(
      ['ours', 'theirs'].map(async (name) => parseBaseline((await updateBaseline([finding(name), finding('both')])).text, name)),
    );
    const merged = parseBaseline(
      JSON.stringify({ ...ours!, salts: [...ours!.salts, ...theirs!.salts], findings: [...ours!.findings, ...theirs!.findings] }),
      'merged',
    );
    const rules = baselineRules(merged, 'merged');
    for (const name of ['ours', 'theirs', 'both']) expect(rules.ignores(candidate({ secret: value(name) }), 'a')).toBeDefined();
    const { update } = await updateBaseline([finding('ours'), finding('theirs'), finding('both')], { before: merged });
    expect(update).toEqual({ added: 0, kept: 3, removed: 1 });
  });

  it.each([
    ['{', 'no JSON'],
    ['[]', 'expected object'],
    ['{"quash":"baseline","version":2,"salts":[],"findings":[]}', 'at version'],
    ['{"quash":"baseline","version":1,"salts":["x"],"findings":[]}', 'at salts[0]: not 32 to 64 hex digits'],
    [
      `{"quash":"baseline","version":1,"salts":[],"findings":[{"fingerprint":"${'0'.repeat(64)}","pattern":"x"}]}`,
      'lost its salts',
    ],
    [
      `{"quash":"baseline","version":1,"salts":["${'0'.repeat(32)}"],"findings":[{"fingerprint":"0","pattern":"x"}]}`,
      'findings[0].fingerprint',
    ],
    ['{\n<<<<<<< HEAD\n', ':2:1: an unresolved merge'],
  ])('is refused when it is %s', async (text, problem) => {
    const file = join(await temporaryFolder(), 'baseline.json');
    await writeFile(file, text);
    await expect(readBaseline(file)).rejects.toMatchObject({ code: 'config', message: expect.stringContaining(problem) });
  });

  it('is missed by name', async () => {
    await expect(readBaseline('/nowhere/baseline.json')).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('/nowhere/baseline.json'),
    });
  });
});

describe('recordBaseline', () => {
  it('writes to stdout, or brings a file up to date and says what changed', async () => {
    const written: string[] = [];
    const told: string[] = [];
    const stdout = { write: (text: string) => written.push(text) };
    const tell = (line: string) => told.push(line);
    await recordBaseline([finding('a')], { file: undefined, stdout, tell });
    expect(parseBaseline(written.join(''), 'stdout').findings).toHaveLength(1);
    expect(told).toEqual([]);

    const file = join(await temporaryFolder(), 'baseline.json');
    await recordBaseline([finding('a')], { file, stdout, tell });
    await recordBaseline([finding('b')], { file, stdout, tell });
    expect(written).toHaveLength(1);
    expect(told[1]).toContain('1 known (1 new, 1 no longer found)');
  });
});
