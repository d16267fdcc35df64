import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readBaseline } from '../../../src/ledger/baseline.ts';
import { detectSecretsRules } from '../../../src/ledger/compat/detect-secrets.ts';
import { Secret } from '../../../src/model/secret.ts';
import { candidate, temporaryFolder, value } from '../candidates.ts';

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex');
const entry = (filename: string, secret: string, more = {}) => ({
  type: 'Secret Keyword',
  filename,
  hashed_secret: sha1(secret),
  is_verified: false,
  line_number: 3,
  ...more,
});

const baseline = {
  version: '1.5.0',
  plugins_used: [{ name: 'AWSKeyDetector' }, { name: 'Base64HighEntropyString', limit: 4.5 }],
  filters_used: [
    { path: 'detect_secrets.filters.allowlist.is_line_allowlisted' },
    { path: 'detect_secrets.filters.regex.should_exclude_file', pattern: ['^vendor/', '(?i)\\.LOCK$', '(?<!x)y'] },
    { path: 'detect_secrets.filters.regex.should_exclude_line', pattern: ['MADE_UP_ONLY'] },
    { path: 'detect_secrets.filters.regex.should_exclude_secret', pattern: ['^sample-'] },
  ],
  results: {
    'src/settings.py': [entry('src/settings.py', value('listed')), entry('src/settings.py', value('real'), { is_secret: true })],
    'win\\dows.py': [entry('win\\dows.py', value('windows'))],
    'certs/key.pem': [entry('certs/key.pem', 'BEGIN RSA PRIVATE KEY', { type: 'Private Key' })],
  },
  generated_at: '2026-01-01T00:00:00Z',
};

describe('a detect-secrets baseline', () => {
  const { rules, warnings } = detectSecretsRules(baseline, '.secrets.baseline');
  const of = (secret: string, more: object = {}) => candidate({ secret, ...more });

  it('ignores a value in the file where its SHA-1 is listed, on any line', () => {
    expect(rules.ignores(of(value('listed'), { line: 77 }), 'src/settings.py')).toEqual({
      by: 'baseline',
      entry: '.secrets.baseline',
      reason: 'listed by detect-secrets',
    });
    expect(rules.ignores(of(value('listed')), 'src/other.py')).toBeUndefined();
    expect(rules.ignores(of(value('unlisted')), 'src/settings.py')).toBeUndefined();
    expect(rules.ignores(of(value('windows')), 'win/dows.py')).toBeDefined();
  });

  it('knows a credential by one of its parts, and a private key by its first line', () => {
    expect(rules.ignores(of(value('pair'), { parts: { secret: value('listed') } }), 'src/settings.py')).toBeDefined();
    const pem = ['-----BEGIN RSA', 'PRIVATE KEY-----\nabc\n-----END RSA', 'PRIVATE KEY-----'].join(' ');
    expect(rules.ignores(of(pem), 'certs/key.pem')).toBeDefined();
    expect(rules.ignores(of(pem.replaceAll('RSA', 'EC')), 'certs/key.pem')).toBeUndefined();
  });

  it('honours its exclusions of files, lines and values', () => {
    expect(rules.ignores(of('x'), 'vendor/a.js')?.reason).toBe('excluded file of detect-secrets');
    expect(rules.ignores(of('x'), 'yarn.lock')).toBeDefined();
    expect(rules.ignores(of('sample-1234'), 'a.py')?.reason).toBe('excluded secret of detect-secrets');
    const secret = value('on a line');
    expect(rules.ignores(of(secret, { context: `MADE_UP_ONLY = ${new Secret(secret)}` }), 'a.py')?.reason).toBe(
      'excluded line of detect-secrets',
    );
    expect(rules.ignores(of(secret, { context: `REAL = ${new Secret(secret)}` }), 'a.py')).toBeUndefined();
  });

  it('tells what it cannot honour, and what was audited as real', () => {
    expect(warnings).toEqual([
      expect.stringContaining('1 of its entries were audited as real secrets'),
      expect.stringMatching(/should_exclude_file "\(\?<!x\)y" is not honoured/),
    ]);
  });

  it('is read in its older form', () => {
    const older = detectSecretsRules(
      { exclude: { files: '^third/', lines: null }, generated_at: 'x', plugins_used: [], results: {}, version: '0.14.3' },
      'b',
    );
    expect(older.rules.ignores(of('x'), 'third/a')).toBeDefined();
  });

  it('can be given with --baseline, and is an error there when damaged', async () => {
    const file = join(await temporaryFolder(), 'b.json');
    await writeFile(file, JSON.stringify(baseline));
    expect((await readBaseline(file)).rules.ignores(of(value('listed')), 'src/settings.py')).toBeDefined();
    expect(await readFile(file, 'utf8')).not.toContain(value('listed'));
    await writeFile(file, JSON.stringify({ ...baseline, results: { a: [{}] } }));
    await expect(readBaseline(file)).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining('results.a.0.hashed_secret'),
    });
  });
});
