import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import type { Context } from '../../src/cli-context.ts';
import { parse } from '../../src/cli-parse.ts';
import { createPreview } from '../../src/commands/preview-findings.ts';
import { scanTargets } from '../../src/commands/scan-targets.ts';
import { resolveOptions } from '../../src/config.ts';
import type { Options } from '../../src/flags.ts';
import type { StoredFinding } from '../../src/model/stored-finding.ts';
import { temporaryFolder } from '../cli/binary.ts';
import { invent } from './scans.ts';

test('what the working tree holds is shown before the history was scanned, without the values', async () => {
  const folder = temporaryFolder();
  const home = temporaryFolder();
  const [github, gitlab, left] = [
    invent('github-pat-classic', 'preview'),
    invent('gitlab-access-token', 'preview'),
    invent('gitlab-access-token', 'left'),
  ];
  const repository = buildRepository(join(folder, 'app'));
  repository.write('old.env', `A=${gitlab}\n`);
  repository.commit('one');
  repository.write('old.env', '\n');
  repository.commit('two');
  writeFileSync(join(repository.path, 'new.env'), `B=${github}\nC=${left} # quash:allow\n`);
  // A file may be called after what is in it: that is shown, and copied, as well.
  writeFileSync(join(repository.path, `${github}.txt`), `B=${github}\n`);

  const request = await parse(['scan', repository.path]);
  if (request.kind !== 'run') throw new Error('no command');
  const env = { HOME: home, XDG_CONFIG_HOME: home };
  const config = { files: [], warnings: [] };
  const context = { signal: new AbortController().signal, env, cwd: folder, config } as unknown as Context;
  const options = resolveOptions(request.invocation, config, env) as Options<'scan'>;
  const shown: (readonly StoredFinding[])[] = [];
  const preview = createPreview(context, (findings) => shown.push(findings));
  // Candidates come into the same list: what is folded later would be more than was there.
  let last = Promise.resolve();
  await scanTargets(options, context, {
    warn: () => {},
    found: (candidates, ignores) => {
      const sofar = [...candidates];
      last = last.then(() => preview(sofar, ignores));
    },
  });
  await last;
  expect(shown[0]?.map(({ pattern }) => pattern.id)).toEqual(['github-pat-classic']);
  expect(shown[0]?.[0]).toMatchObject({
    state: 'open',
    verdict: { state: 'unasked' },
    locations: [expect.anything(), { origin: { path: 'new.env' } }],
  });
  expect(
    shown
      .at(-1)
      ?.map(({ pattern }) => pattern.id)
      .sort(),
  ).toEqual(['github-pat-classic', 'gitlab-access-token']);
  for (const value of [github, gitlab, left]) expect(JSON.stringify(shown)).not.toContain(value);
});
