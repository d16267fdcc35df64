import { describe, expect, it } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { everything, liveToken, location, patterns, report, summary, written } from './samples.ts';

const word = ['hunter', '2'].join('');
const esc = '\x1b';
const links = new RegExp(`${esc}\\]8;;[!-~]*${esc}\\\\`, 'g');
const colours = new RegExp(`${esc}\\[[0-9;]*m`, 'g');

describe('text', () => {
  it('groups by finding and ends with what was scanned and what was not read', async () => {
    expect(await report({ format: 'text' })).toMatchInlineSnapshot(`
      "critical  GitHub personal access token (classic)                    4f2a91c07be3
                ghp_…7Wm2 (redacted) · LIVE · identity octocat · scopes repo, gist
                expires 2027-01-01
                src/config/deploy.ts:3:12
                  const token = 'ghp_…7Wm2 (redacted)';
                deploy/old.env:9:12 (in base64)
                  TOKEN=ghp_…7Wm2 (redacted)
                  first in 1a2b3c4d5e6f · Ada Lovelace <ada@example.com> · 2024-03-01
                  14 versions · last in 9c8d7e6f5a4b

      high      AWS access key                                            90be11d2c3a4
                AK… (redacted) · unknown · the provider did not answer within 10 s
                secret wJ4r…+Tn/ (redacted)
                message of commit 1a2b3c4d5e6f:2:12
                  Ada Lovelace <ada@example.com> · 2024-03-01
                logs/build.zip!/step-0.log:10:12
                logs/build.zip!/step-1.log:11:12
                logs/build.zip!/step-2.log:12:12
                logs/build.zip!/step-3.log:13:12
                and 3 more places

      medium    Password                                                  c0ffee123456
                co… (redacted) · unasked · confidence 0.61
                standard input:1:12
                .env:2:12 (staged)

      found     3 secrets: 1 critical, 1 high, 1 medium
      verdicts  1 live, 1 unknown, 1 unasked
      scanned   70,405 objects, 5.8 GB, by 3 patterns in 4.9 s (1.2 GB/s)
      ignored   3 by comments, 2 by the baseline
      NOT READ  3 things: this scan is incomplete
                2 too large
                  assets/video.mp4 · dump.sql
                  The file is larger than 100 MB; raise --max-size to scan it.
                1 shallow
                  the repository
                  The clone is shallow; run git fetch --unshallow to scan its whole
                  history.
      "
    `);
  });

  it('says in one line what was scanned when nothing was found', async () => {
    const text = await report(
      { format: 'text' },
      { findings: [], gaps: [], summary: summary({ ignored: { comment: 1, file: 0, baseline: 0 } }) },
    );
    expect(text).toBe('No secrets found in 70,405 objects, 5.8 GB, by 3 patterns in 4.9 s (1.2 GB/s). Ignored: 1 by comments.\n');
  });

  it('never calls a scan with gaps clean', async () => {
    const text = await report({ format: 'text' }, { findings: [], summary: summary({ complete: false, gaps: 3 }) });
    expect(text).not.toMatch(/No secrets found|clean/);
    expect(text).toContain('found     no secrets in what was read, which is not everything\n');
    expect(text).toContain('NOT READ  3 things: this scan is incomplete\n');
  });

  it('says so when a scan was cut short without a gap', async () => {
    const text = await report({ format: 'text' }, { findings: [], gaps: [], summary: summary({ complete: false }) });
    expect(text).toContain('NOT READ  the scan did not finish\n');
    expect(text).not.toContain('No secrets found');
  });

  it('names the first gaps of a reason and counts the others', async () => {
    const many = Array.from({ length: 1200 }, (_, at) => ({
      origin: { kind: 'file', path: `big/${at}.bin` } as const,
      reason: 'too-large' as const,
      detail: 'Larger than the limit; raise --max-size.',
    }));
    const text = await report({ format: 'text' }, { gaps: many, summary: { ...everything, gaps: 1200 } });
    expect(text).toContain('NOT READ  1,200 things: this scan is incomplete\n          1,200 too large\n');
    expect(text).toContain('big/0.bin · big/1.bin · big/2.bin · 1,197 more\n');
    expect(text).not.toContain('big/3.bin');
  });

  it('fits 80 columns wherever it may break a line', async () => {
    const text = await report({ format: 'text' });
    expect(text.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('uses no escape sequences without colour and hyperlinks, and the same words with them', async () => {
    const plain = await report({ format: 'text' });
    const painted = await report({ format: 'text', color: true, hyperlinks: true });
    expect(plain).not.toContain(esc);
    expect(painted).toContain(`${esc}[`);
    expect(painted.replace(colours, '').replace(links, '')).toBe(plain);
  });

  it('links files on this machine and history at its host, never with the password in the remote', async () => {
    const text = await report({ format: 'text', hyperlinks: true, repositoryUrl: `https://ada:${word}@github.com/ada/app.git` });
    expect(text).toContain(
      `${esc}]8;;file:///work%20tree/app/src/config/deploy.ts${esc}\\src/config/deploy.ts:3:12${esc}]8;;${esc}\\`,
    );
    expect(text).toContain('https://github.com/ada/app/blob/1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d/deploy/old.env#L9');
    expect(text).not.toContain(word);
  });

  it('shows hostile paths, authors, contexts and patterns as they are, not as they would act', async () => {
    const hostile = `a${esc}]0;owned\x07${esc}[2J\u202egnp.exe\u200b\u009b31m\r\nb`;
    const text = await report(
      { format: 'text', hyperlinks: true },
      {
        findings: [
          {
            ...liveToken,
            pattern: { ...patterns.github, name: hostile },
            verdict: { state: 'unknown', checkedAt: '', reason: hostile },
            parts: { [hostile]: new Secret('short') },
            first: { commit: hostile, author: hostile, email: hostile, date: hostile },
            locations: [
              location(
                { kind: 'git', path: hostile, blob: hostile, commit: hostile, author: hostile, email: hostile, date: hostile },
                1,
                {
                  context: hostile,
                },
              ),
              location({ kind: 'file', path: hostile }),
              location({ kind: 'archive', path: hostile, member: hostile }),
            ],
          },
        ],
        gaps: [{ origin: { kind: 'file', path: hostile }, reason: 'unreadable', detail: hostile }],
        summary: summary({ complete: false, findings: 1, unknown: 1, gaps: 1 }),
      },
    );
    expect(text.replace(links, '').replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text).toContain('a\\x1b]0;owned\\x07\\x1b[2J\\u{202e}gnp.exe\\u{200b}\\x9b31m\\r\\nb:3:12');
  });

  it('tells of turned-down candidates only when asked to explain', async () => {
    const candidate = {
      pattern: 'github-pat-classic',
      origin: { kind: 'file', path: 'a.ts' },
      line: 3,
      column: 12,
      reason: 'its checksum does not match',
    } as const;
    const drive = async (reporter: Parameters<Parameters<typeof written>[1]>[0]) => reporter.turnedDown(candidate);
    expect(await written({ format: 'text', explain: true }, drive)).toEqual([
      'turned down  a.ts:3:12  github-pat-classic: its checksum does not match\n',
    ]);
    expect(await written({ format: 'text' }, drive)).toEqual([]);
  });
});
