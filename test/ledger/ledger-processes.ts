import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Keys } from '../../src/ledger/keys.ts';
import type { Place } from '../../src/ledger/place.ts';
import type { Ledger } from '../../src/ledger/store.ts';

const built = (module: string) => JSON.stringify(new URL(`../../dist/src/${module}.js`, import.meta.url).href);

export interface LedgerProcess {
  readonly child: ChildProcess;
  readonly pid: number;
  /** The next value that it told. */
  next(): Promise<unknown>;
  /** How it ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null; readonly stderr: string }>;
}

/**
 * A process of its own with a ledger open. `work` is run there, as text: it knows `ledger`, `input`, `Secret`, `tell` (a value for the
 * test), `line` (waits for a line of stdin) and `killAtStatement` (kill -9 of itself, in place of the n-th statement from then on).
 */
export function ledgerProcess(
  place: Place,
  keys: Keys,
  input: unknown,
  work: (scope: {
    readonly ledger: Ledger;
    // biome-ignore lint/suspicious/noExplicitAny: it crossed into another process as JSON
    readonly input: any;
    readonly Secret: typeof import('../../src/model/secret.ts').Secret;
    readonly tell: (value: unknown) => void;
    readonly line: () => Promise<string>;
    readonly killAtStatement: (count: number) => void;
  }) => Promise<void>,
): LedgerProcess {
  const script = `
    import { once } from 'node:events';
    import { createInterface } from 'node:readline';
    import Libsql from 'libsql';
    import pg from 'pg';
    import { openLedger } from ${built('ledger/open-ledger')};
    import { Secret } from ${built('model/secret')};
    let left = Infinity;
    const killAtStatement = (count) => { left = count; };
    for (const [owner, name] of [[Libsql.prototype, 'prepare'], [pg.Client.prototype, 'query']]) {
      const before = owner[name];
      owner[name] = function (...args) {
        if (--left <= 0) { process.kill(process.pid, 'SIGKILL'); for (;;); }
        return before.apply(this, args);
      };
    }
    const lines = createInterface({ input: process.stdin });
    const line = async () => (await once(lines, 'line'))[0];
    const { place, keys, input } = JSON.parse(await line());
    const ledger = await openLedger({ place, keys });
    const tell = (value) => process.stdout.write(JSON.stringify(value) + '\\n');
    await (${work.toString()})({ ledger, input, Secret, tell, line, killAtStatement });
    await ledger.close();
    lines.close();
    process.stdin.destroy();
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: new URL('../..', import.meta.url),
    env: { PATH: process.env.PATH ?? '' },
    stdio: 'pipe',
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const told = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  child.stdin.write(`${JSON.stringify({ place, keys, input })}\n`);
  return {
    child,
    pid: child.pid!,
    async next() {
      const { value, done } = await told.next();
      if (done) throw new Error(`the process told nothing more: ${stderr}`);
      return JSON.parse(value);
    },
    ended: new Promise((resolve) => child.once('close', (code, signal) => resolve({ code, signal, stderr }))),
  };
}
