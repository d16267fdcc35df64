import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Options } from '../flags.ts';
import { passingKeys, readKeys } from '../ledger/keys.ts';
import { openLedger } from '../ledger/open-ledger.ts';
import { placeOf } from '../ledger/place.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Pattern } from '../model/pattern.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';

export type StoreOptions = Pick<Options<'findings list'>, 'store' | 'patterns'>;

/** Opens the ledger that is there. */
export async function openStore({ store, patterns }: StoreOptions, context: Context): Promise<Ledger> {
  const place = placeOf(store, context.env, context.cwd);
  if (place === undefined) {
    throw new QuashError('usage', 'opening the ledger: --store none says that there is none; leave it out, or name one');
  }
  if (place.kind === 'sqlite' && !existsSync(place.file)) {
    throw new QuashError(
      'usage',
      `opening the ledger: there is none at ${place.file}; run quash keys init once, then quash scan, or name another with --store`,
    );
  }
  return openLedger({ place, keys: await readKeys(context.env), patternOf: await patternSource(patterns) });
}

/** Opens the ledger, and makes it where there is none, which takes somebody to seal to. */
export async function openOrMakeStore({ store, patterns }: StoreOptions, context: Context): Promise<Ledger> {
  const place = placeOf(store, context.env, context.cwd);
  if (place === undefined) {
    throw new QuashError('usage', 'opening the ledger: --store none says that there is none; leave it out, or name one');
  }
  const keys = await readKeys(context.env);
  if (keys.recipients.length === 0) {
    throw new QuashError(
      'usage',
      'keeping findings: there is nobody to seal the secrets to; run quash keys init, or quash keys init --recipient for a machine that only writes',
    );
  }
  return openLedger({ place, keys, patternOf: await patternSource(patterns) });
}

/** A ledger of its own that is removed when it is closed, for what is to be looked at and not kept. */
export async function openPassingStore({ patterns }: Pick<StoreOptions, 'patterns'>): Promise<Ledger> {
  const folder = mkdtempSync(join(tmpdir(), 'quash-triage-'));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const place = { kind: 'sqlite', file: join(folder, 'ledger.db') } as const;
    const ledger = await openLedger({ place, keys: await passingKeys(), patternOf: await patternSource(patterns) });
    return {
      ...ledger,
      async close() {
        await ledger.close();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

async function patternSource(files: readonly string[]): Promise<(id: string) => Pattern | undefined> {
  const { set } = await loadPatterns({ files });
  const byId = new Map(set.patterns.map((pattern) => [pattern.id, pattern]));
  return (id) => byId.get(id);
}
