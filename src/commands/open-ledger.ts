import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { readKeys } from '../ledger/keys.ts';
import { placeOf } from '../ledger/place.ts';
import type { Ledger } from '../ledger/store.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';

/** Opens the ledger that `--store` names, with the patterns that are known today. */
export async function openFindings(
  { store, patterns: files }: { readonly store: string | undefined; readonly patterns: readonly string[] },
  { env, cwd }: Context,
): Promise<Ledger> {
  const place = placeOf(store, env, cwd);
  if (!place)
    throw new QuashError(
      'usage',
      'opening the ledger: --store none leaves nothing to look in; name one, or write the secret to stdin',
    );
  const { openLedger } = await import('../ledger/open-ledger.ts');
  const { set } = await loadPatterns({ files, withExamples: true });
  const byId = new Map(set.patterns.map((pattern) => [pattern.id, pattern]));
  return openLedger({ place, keys: await readKeys(env), patternOf: (id) => byId.get(id) });
}
