import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runQuash, temporaryFolder } from '../cli/binary.ts';

interface Told {
  readonly results: readonly { readonly finding: string; readonly state: string; readonly secondsToDead: number | null }[];
  readonly children: readonly { readonly finding: string; readonly of: string; readonly verdict: string }[];
  readonly kept: { readonly store: string; readonly journal: string };
}

test('a leak is found, revoked and proved dead, and what was kept holds no value of it', { timeout: 120_000 }, async () => {
  const folder = join(temporaryFolder(), 'drill');
  const { code, stdout, stderr } = await runQuash(['drill', `--keep=${folder}`, '--format', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const { results, children, kept } = JSON.parse(stdout) as Told;
  expect(results.length).toBeGreaterThanOrEqual(7);
  // An access token of OAuth dies with its refresh token: nothing is called for it, and it is asked about.
  const along = results.filter(({ state, secondsToDead }) => state !== 'revoked' || secondsToDead === null);
  expect(along).toMatchObject([{ state: 'already-dead', evidence: expect.stringMatching(/^died with /) }]);
  expect(children.length).toBeGreaterThanOrEqual(1);
  expect(children.filter(({ verdict }) => verdict !== 'dead')).toEqual([]);
  expect(children.some(({ finding }) => finding === along[0]?.finding)).toBe(true);
  const leaked = readFileSync(join(folder, 'leak/shop/.git/HEAD'), 'utf8');
  expect(leaked).toContain('refs/heads/main');
  expect(existsSync(kept.store)).toBe(true);
  const journal = readFileSync(kept.journal, 'utf8');
  expect(journal).toContain('"action":"proved"');
  expect(journal + readFileSync(kept.store).toString('latin1')).not.toMatch(/ghp_[0-9A-Za-z]{36}|glpat-[0-9A-Za-z_-]{20}/);
});
