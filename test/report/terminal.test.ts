import { describe, expect, it } from 'vitest';
import { locationUrl, webUrl } from '../../src/report/links.ts';
import { formatBytes, formatCount, formatSeconds } from '../../src/report/quantities.ts';
import { terminalTraits } from '../../src/report/terminal.ts';

const tty = { isTTY: true, columns: 132 };

describe('terminalTraits', () => {
  it.each([
    ['a terminal', tty, {}, false, true],
    ['a pipe', {}, {}, false, false],
    ['NO_COLOR', tty, { NO_COLOR: '1' }, false, false],
    ['an empty NO_COLOR', tty, { NO_COLOR: '' }, false, true],
    ['--no-color', tty, { FORCE_COLOR: '1' }, true, false],
    ['FORCE_COLOR in a pipe', {}, { FORCE_COLOR: '1' }, false, true],
    ['FORCE_COLOR=0', tty, { FORCE_COLOR: '0' }, false, false],
    ['NO_COLOR before FORCE_COLOR', tty, { NO_COLOR: '1', FORCE_COLOR: '1' }, false, false],
    ['TERM=dumb', tty, { TERM: 'dumb' }, false, false],
  ])('colours: %s', (_, stream, environment, noColor, expected) => {
    expect(terminalTraits(stream, environment, noColor).color).toBe(expected);
  });

  it.each([
    ['an unknown terminal', tty, { TERM: 'xterm-256color' }, false],
    ['kitty', tty, { TERM: 'xterm-kitty' }, true],
    ['VTE', tty, { VTE_VERSION: '6003' }, true],
    ['an old VTE', tty, { VTE_VERSION: '4801' }, false],
    ['iTerm', tty, { TERM_PROGRAM: 'iTerm.app' }, true],
    ['Windows Terminal', tty, { WT_SESSION: 'x' }, true],
    ['a pipe', {}, { TERM: 'xterm-kitty' }, false],
    ['CI', tty, { TERM: 'xterm-kitty', CI: 'true' }, false],
    ['FORCE_HYPERLINK', {}, { FORCE_HYPERLINK: '1' }, true],
  ])('hyperlinks: %s', (_, stream, environment, expected) => {
    expect(terminalTraits(stream, environment, false).hyperlinks).toBe(expected);
  });

  it('takes the width from the stream, or 80', () => {
    expect(terminalTraits(tty, {}, false).width).toBe(132);
    expect(terminalTraits({}, {}, false).width).toBe(80);
    expect(terminalTraits({ isTTY: true, columns: 0 }, {}, false).width).toBe(80);
  });
});

describe('links', () => {
  const git = { kind: 'git', path: 'a b/c.ts', blob: 'b', commit: 'abc' } as const;

  it.each([
    ['https://github.com/o/n.git', 'https://github.com/o/n/blob/abc/a%20b/c.ts#L3'],
    [`https://user:${'x'.repeat(9)}@gitlab.example/g/s/n`, 'https://gitlab.example/g/s/n/blob/abc/a%20b/c.ts#L3'],
    ['git@github.com:o/n.git', 'https://github.com/o/n/blob/abc/a%20b/c.ts#L3'],
    ['http://localhost:3000/o/n/', 'http://localhost:3000/o/n/blob/abc/a%20b/c.ts#L3'],
    ['ssh://git@github.com/o/n.git', undefined],
    ['file:///etc/passwd', undefined],
    ['javascript:alert(1)', undefined],
    ['/srv/git/n.git', undefined],
    [undefined, undefined],
  ])('of history at %s', (remote, expected) => {
    expect(webUrl({ origin: git, line: 3 }, remote)).toBe(expected);
  });

  it('points to a commit for its message, and nowhere for a nested repository', () => {
    const remote = 'https://github.com/o/n';
    expect(webUrl({ origin: { kind: 'commit', commit: 'abc' }, line: 1 }, remote)).toBe('https://github.com/o/n/commit/abc');
    expect(webUrl({ origin: { ...git, repository: 'vendor/lib' }, line: 1 }, remote)).toBeUndefined();
  });

  it('cannot be broken out of by a path', () => {
    const url = locationUrl({ origin: { kind: 'file', path: 'a\x1b\\\x07\n\u009c;x#?%.ts' }, line: 1 }, '/root', undefined)!;
    expect(url).toMatch(/^file:\/\/\/root\/[\x21-\x7e]+$/);
    expect(url).not.toMatch(/[#?]/);
  });
});

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.0 kB'],
    [99_950, '100 kB'],
    [999_600, '1.0 MB'],
    [37_000_000, '37.0 MB'],
    [5_810_000_000, '5.8 GB'],
    [5e18, '5000 PB'],
  ])('%i bytes are %s', (bytes, expected) => {
    expect(formatBytes(bytes)).toBe(expected);
  });

  it.each([
    [0.0004, '0 ms'],
    [0.085, '85 ms'],
    [4.9014, '4.9 s'],
    [59.97, '1 min 0 s'],
    [125, '2 min 5 s'],
    [3780, '1 h 3 min'],
  ])('%d seconds are %s', (seconds, expected) => {
    expect(formatSeconds(seconds)).toBe(expected);
  });

  it('groups digits', () => {
    expect([0, 999, 1000, 70405, 1234567].map(formatCount)).toEqual(['0', '999', '1,000', '70,405', '1,234,567']);
  });
});
