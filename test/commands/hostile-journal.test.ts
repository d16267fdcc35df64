import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openJournal } from '../../src/revoke/journal.ts';
import { cleanEnvironment, runQuash, temporaryFolder } from '../cli/binary.ts';

test('a journal that others write to steers no terminal', async () => {
  const home = temporaryFolder();
  const env = cleanEnvironment({ HOME: home, XDG_CONFIG_HOME: join(home, 'config'), XDG_DATA_HOME: join(home, 'data') });
  const hostile = '\u001b[2Jx';
  const journal = openJournal(join(home, 'data', 'quash', 'journal.jsonl'), { actor: hostile });
  const texts = { plan: hostile, finding: hostile, call: hostile, before: hostile, after: hostile, until: hostile };
  journal.append({ action: 'proved', task: 'disable', step: 0, evidence: hostile, ...texts });
  journal.close();
  for (const [args, told] of [
    [['journal', 'show'], 'until \\x1b[2Jx'],
    [['revoke', 'status'], 'can be undone until \\x1b[2Jx'],
  ] as const) {
    const { code, stdout } = await runQuash(args, { env });
    expect(code).toBe(0);
    expect(stdout).toContain(told);
    expect(stdout).not.toContain('\u001b');
  }
});
