import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { everything, findings, gaps, liveToken, location, patterns, report, summary } from './samples.ts';

/** What Python's own parser of a format makes of a text, as JSON. */
function parsed(program: string, text: string) {
  const { status, stdout, stderr } = spawnSync('python3', ['-c', program], { input: text, encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return JSON.parse(stdout);
}

const csvRows = (text: string) =>
  parsed(
    'import csv,sys,json,io; print(json.dumps(list(csv.DictReader(io.StringIO(sys.stdin.buffer.read().decode(), newline="")))))',
    text,
  );

const junitTree = (text: string) =>
  parsed(
    `
import sys, json, xml.etree.ElementTree as tree
def plain(node): return {'tag': node.tag, **node.attrib, 'text': (node.text or '').strip(), 'children': [plain(child) for child in node]}
print(json.dumps(plain(tree.fromstring(sys.stdin.buffer.read()))))`,
    text,
  );

const hostile = `=cmd|'/C calc'!A0,"x"\x1b[2J\u202e\x00\ufffe\ud800<b>&]]>\r\n`;

describe('csv', () => {
  it('writes a row a location, tied by the id', async () => {
    const rows = csvRows(await report({ format: 'csv' }, { gaps: [], summary: summary({ findings: 3 }) }));
    expect(rows).toHaveLength(findings.flatMap(({ locations }) => locations).length);
    expect(rows[1]).toMatchObject({
      type: 'finding',
      id: liveToken.id,
      severity: 'critical',
      secret: 'ghp_…7Wm2 (redacted)',
      verdict: 'live',
      kind: 'git',
      path: 'deploy/old.env',
      line: '9',
      author: 'Ada Lovelace',
      versions: '14',
      decoded: 'base64',
      locations: '2',
    });
  });

  it('ends every line as RFC 4180 asks', async () => {
    const text = await report({ format: 'csv' });
    expect(text.endsWith('\r\n')).toBe(true);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
  });

  it('lets no spreadsheet run a cell', async () => {
    const paths = ['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', ' =1', '\uff1d1', '\r\n=1', 'plain'];
    const locations = paths.map((path) => location({ kind: 'file', path }));
    const rows = csvRows(
      await report({ format: 'csv' }, { findings: [{ ...liveToken, locations }], gaps: [], summary: summary() }),
    );
    expect(rows.map(({ path }: { path: string }) => path)).toEqual([
      "'=1+1",
      "'+1",
      "'-1",
      "'@SUM(A1)",
      "' =1",
      "' =1",
      "'\uff1d1",
      "'\\r\\n=1",
      'plain',
    ]);
  });

  it('quotes what a cell cannot hold bare', async () => {
    const path = 'a,"b", c';
    const [row] = csvRows(
      await report({ format: 'csv' }, { findings: [{ ...liveToken, locations: [location({ kind: 'file', path })] }], gaps: [] }),
    );
    expect(row.path).toBe(path);
  });

  it('has rows for what was not read', async () => {
    const rows = csvRows(await report({ format: 'csv' }, { findings: [] }));
    expect(rows.map(({ type, pattern, path }: Record<string, string>) => [type, pattern, path])).toEqual([
      ['gap', 'too-large', 'assets/video.mp4'],
      ['gap', 'too-large', 'dump.sql'],
      ['gap', 'shallow', 'the repository'],
    ]);
    expect(
      csvRows(await report({ format: 'csv' }, { findings: [], gaps: [], summary: summary({ complete: false }) })),
    ).toHaveLength(1);
    expect(csvRows(await report({ format: 'csv' }, { findings: [], gaps: [], summary: summary() }))).toEqual([]);
  });
});

describe('junit', () => {
  it('has a failing case a finding and an erring one a gap, counted in front', async () => {
    const tree = junitTree(await report({ format: 'junit' }));
    expect(
      tree.children.map(({ name, tests, failures, errors }: Record<string, string>) => [name, tests, failures, errors]),
    ).toEqual([
      ['quash: findings', '3', '3', '0'],
      ['quash: not read', '3', '0', '3'],
    ]);
    const [first] = tree.children[0].children;
    expect(first).toMatchObject({ tag: 'testcase', classname: 'github-pat-classic', file: 'src/config/deploy.ts', line: '3' });
    expect(first.children[0]).toMatchObject({
      tag: 'failure',
      message: 'critical: GitHub personal access token (classic) ghp_…7Wm2 (redacted), live',
    });
    expect(tree.children[1].children[0].children[0]).toMatchObject({ tag: 'error', type: 'too-large' });
  });

  it('passes only when nothing was found and everything was read', async () => {
    const clean = junitTree(await report({ format: 'junit' }, { findings: [], gaps: [], summary: summary() }));
    expect(clean.children[0]).toMatchObject({ tests: '1', failures: '0', errors: '0' });
    const cut = junitTree(await report({ format: 'junit' }, { findings: [], gaps: [], summary: summary({ complete: false }) }));
    expect(cut.children[0]).toMatchObject({ tests: '1', failures: '0', errors: '1' });
  });

  it('is XML whatever was scanned', async () => {
    const text = await report(
      { format: 'junit' },
      {
        findings: [
          {
            ...liveToken,
            pattern: { ...patterns.github, name: hostile },
            verdict: { state: 'unknown', checkedAt: '', reason: hostile },
            locations: [location({ kind: 'file', path: hostile })],
          },
        ],
        gaps: [{ origin: { kind: 'file', path: hostile }, reason: 'unreadable', detail: hostile }],
        summary: { ...everything, findings: 1, gaps: 1 },
      },
    );
    const tree = junitTree(text);
    expect(tree.children[0].children[0].file).toBe(`=cmd|'/C calc'!A0,"x"\\x1b[2J\\u{202e}\\x00\\u{fffe}\\u{d800}<b>&]]>\\r\\n`);
  });

  it('counts every suite right when there are many', async () => {
    const tree = junitTree(
      await report({ format: 'junit' }, { findings: Array.from({ length: 450 }, () => liveToken), gaps: [...gaps] }),
    );
    const suites = tree.children.map(({ tests, children }: { tests: string; children: unknown[] }) => [
      Number(tests),
      children.length,
    ]);
    expect(suites).toEqual([
      [200, 200],
      [200, 200],
      [50, 50],
      [3, 3],
    ]);
  });
});
