import { randomFillSync } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { writeTar } from '../../fixtures/archives/tar.ts';
import { writeZip } from '../../fixtures/archives/zip.ts';
import { slackExport, slackMessage } from '../../fixtures/chat/slack.ts';
import { temporaryFolder } from '../cli/binary.ts';
import { invent, type Scan, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);
/** What makes a file so large that several threads read it; no member of it holds a secret. */
const ballast = (bytes: number) => randomFillSync(Buffer.alloc(bytes));
const members = Array.from({ length: 40 }, (_, index) => ({
  name: `logs/${index}.txt`,
  data: `token: ${github(`member ${index}`)}\n`,
}));
const large = () => ({ name: 'ballast.bin', data: ballast(20 << 20) });

function written(files: Readonly<Record<string, Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  return folder;
}

/** What a scan says, whatever the order in which threads found it. */
function said({ findings, gaps, summary }: Scan) {
  const { bytes, objects } = summary!;
  return {
    findings: findings
      .map(({ secret, locations }) => [secret, locations.map((location) => JSON.stringify(location))])
      .sort((a, b) => String(a[0]).localeCompare(String(b[0]))),
    gaps: gaps.map((gap) => JSON.stringify(gap)).sort(),
    bytes,
    objects,
  };
}

async function bothWays(folder: string, ...args: readonly string[]) {
  const one = await scan([...args, '--jobs', '1', folder]);
  const four = await scan([...args, '--jobs', '4', folder]);
  expect(said(four)).toEqual(said(one));
  return four;
}

describe('several threads that share large files say what one says', () => {
  test('an archive: each member is read once', async () => {
    const { findings } = await bothWays(written({ 'a.zip': writeZip([...members, large()]) }));
    expect(findings.map(({ secret }) => secret).sort()).toEqual(members.map((_, index) => github(`member ${index}`)).sort());
    expect(findings.every(({ locations }) => locations.length === 1)).toBe(true);
  });

  test('an archive whose list is lost is read by one, and its gap told once', async () => {
    const bytes = writeZip([...members, large()]);
    const { findings, gaps } = await bothWays(written({ 'a.zip': bytes.subarray(0, bytes.length - 2000) }));
    expect(findings).toHaveLength(members.length);
    expect(gaps.filter(({ reason }) => reason === 'corrupt')).toHaveLength(1);
  });

  test('what can only be read in order, and small files beside it', async () => {
    const { findings } = await bothWays(
      written({
        'a.tar': writeTar([...members, large()]),
        'b.zip': writeZip([{ name: 'b.txt', data: `token: ${github('beside')}\n` }]),
      }),
    );
    expect(findings).toHaveLength(members.length + 1);
  });

  test('a limit of the whole file holds for all of them together', async () => {
    const folder = written({ 'a.zip': writeZip([large(), ...members]) });
    for (const jobs of ['1', '4']) {
      const { gaps } = await scan(['--jobs', jobs, '--limit', 'maxTotalBytes=1000000', folder]);
      expect(gaps.map(({ reason }) => reason)).toContain('too-large');
      const entries = await scan(['--jobs', jobs, '--limit', 'maxEntries=10', folder]);
      expect(entries.gaps.filter(({ reason }) => reason === 'entries').length).toBeGreaterThan(0);
      expect(entries.findings.length).toBeLessThanOrEqual(10);
    }
  });

  test('a chat export', async () => {
    const messages = slackExport([slackMessage(`use ${github('said')}`, '1704182400.000100')]);
    const zip = writeZip([...Object.entries(messages).map(([name, data]) => ({ name, data })), large()]);
    const { of } = await bothWays(written({ 'export.zip': zip }));
    expect(of(github('said')).locations[0]).toMatchObject({ origin: { kind: 'chat' } });
  });

  test('a secret that is in many members has its places in one order', async () => {
    const everywhere = Array.from({ length: 30 }, (_, index) => ({
      name: `${index}.txt`,
      data: `token: ${github('everywhere')}\n`,
    }));
    const { of } = await bothWays(written({ 'a.zip': writeZip([...everywhere, large()]) }));
    const names = of(github('everywhere')).locations.map(({ origin }) => ('member' in origin ? origin.member : undefined));
    expect(names).toEqual(everywhere.map(({ name }) => name).sort());
  });

  test('a large file that is no archive is refused by --as, as ever', async () => {
    const ended = await scan(['--jobs', '4', '--as', 'archive', join(written({ 'a.bin': ballast(20 << 20) }), 'a.bin')]);
    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('leave out --as');
  });
});
