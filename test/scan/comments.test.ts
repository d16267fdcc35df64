import { describe, expect, it } from 'vitest';
import { allowComment, allowCommentBefore } from '../../src/scan/comments.ts';

describe('allowComment', () => {
  it.each([
    ['key = "x" # quash:allow', 'quash:allow'],
    ['key = "x" // quash:allow it is the one of the manual', 'quash:allow'],
    ['key: x # gitleaks:allow', 'gitleaks:allow'],
    ['key: x # betterleaks:allow', 'betterleaks:allow'],
    ['key: x //trufflehog:ignore', 'trufflehog:ignore'],
    ['key: x # kingfisher:ignore', 'kingfisher:ignore'],
    ['key: x # pragma: allowlist secret', 'pragma: allowlist secret'],
    ['key: x // pragma:allowlist-secret', 'pragma:allowlist-secret'],
    ['<!-- pragma: whitelist secret -->', 'pragma: whitelist secret'],
    ['key: x # ggignore', 'ggignore'],
    ['key = 1; /* nosecret */', 'nosecret'],
    ['key: x -- nosecret', 'nosecret'],
    ['key: x // secretlint-disable-line', 'secretlint-disable-line'],
    ['key: x // secretlint-disable-line -- a sample', 'secretlint-disable-line'],
  ])('%s', (line, tag) => {
    expect(allowComment(line, 'example-api-key')).toBe(tag);
  });

  it.each([
    'password = "nosecret"',
    'nosecret = fetch()',
    'https://nosecret.example/ggignore',
    'run --nosecret',
    '#nosecret.example',
    'key = "x" # quash:allowed',
    'key = "x" # quash: allow',
    'key = "x" # quash:allow-next-line',
    '# pragma: allowlist nextline secret',
    '// secretlint-disable-next-line',
    'gitleaks: allow',
    'nothing here',
    '',
  ])('not: %s', (line) => {
    expect(allowComment(line, 'example-api-key')).toBeUndefined();
  });

  it('covers the patterns that quash:allow names, and no others', () => {
    const line = 'k # quash:allow example-api-key,other-token rotated';
    expect(allowComment(line, 'example-api-key')).toBe('quash:allow');
    expect(allowComment(line, 'other-token')).toBe('quash:allow');
    expect(allowComment(line, 'example-api-key-2')).toBeUndefined();
    expect(allowComment(line)).toBeUndefined();
  });

  it('takes a mistyped id for an id: it allows nothing', () => {
    expect(allowComment('k # quash:allow exmaple-api-key', 'example-api-key')).toBeUndefined();
  });

  it('takes other words for a reason', () => {
    for (const reason of ['test fixture', 'Example-Key of the docs', '(sample)', '-- sample', 'rotated.']) {
      expect(allowComment(`k # quash:allow ${reason}`, 'example-api-key')).toBe('quash:allow');
    }
  });

  it('covers generic matches alone when told so', () => {
    const line = 'k # quash:allow generic';
    expect(allowComment(line, 'generic-password', true)).toBe('quash:allow');
    expect(allowComment(line, 'example-api-key', false)).toBeUndefined();
  });

  it('goes on to the next tag when the first is for another pattern', () => {
    expect(allowComment('k # quash:allow other-token gitleaks:allow', 'example-api-key')).toBe('gitleaks:allow');
    expect(allowComment('k # secretlint-disable-line @secretlint/secretlint-rule-slack', 'example-api-key')).toBeUndefined();
    expect(allowComment('k # secretlint-disable-line @secretlint/secretlint-rule-slack', 'slack-bot-token')).toBe(
      'secretlint-disable-line',
    );
  });

  it('reads a megabyte of near-misses without backtracking', () => {
    expect(allowComment('quash:allo '.repeat(100_000))).toBeUndefined();
    expect(allowComment('quash:allow a-b '.repeat(60_000), 'x-y')).toBeUndefined();
    expect(allowComment(`${'#'.repeat(500_000)}nosecre`)).toBeUndefined();
  });
});

describe('allowCommentBefore', () => {
  it.each([
    ['# quash:allow-next-line', 'quash:allow-next-line'],
    ['# quash:allow-next-line example-api-key', 'quash:allow-next-line'],
    ['# pragma: allowlist nextline secret', 'pragma: allowlist nextline secret'],
    ['/* secretlint-disable-next-line */', 'secretlint-disable-next-line'],
  ])('%s', (line, tag) => {
    expect(allowCommentBefore(line, 'example-api-key')).toBe(tag);
  });

  it.each(['# quash:allow', '# gitleaks:allow', '# quash:allow-next-line other-token', '# pragma: allowlist secret'])(
    'not: %s',
    (line) => {
      expect(allowCommentBefore(line, 'example-api-key')).toBeUndefined();
    },
  );
});
