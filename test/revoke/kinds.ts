import type { Pattern } from '../../src/model/pattern.ts';
import { isMortal } from '../../src/model/verification.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { loadRevokers, revokerNames } from '../../src/revoke/load-revokers.ts';
import type { ReadyRevoker } from '../../src/revoke/revoker-schema.ts';

export const { set } = await loadPatterns({ withExamples: true });

export const revokers: readonly ReadyRevoker[] = (await Promise.all(revokerNames().map((name) => loadRevokers(name)))).flat();

export interface Kind {
  readonly pattern: Pattern;
  readonly revoker: ReadyRevoker;
}

/** Every kind of credential that is taken back over HTTP from a provider that is played by its description. */
export const overHttp: readonly Kind[] = revokers
  .filter(({ tasks }) => Object.values(tasks).every((steps) => steps.every((step) => 'request' in step)))
  .flatMap((revoker) =>
    revoker.patterns.flatMap((id) =>
      set.patterns.filter((pattern) => pattern.id === id && isDescribed(pattern)).map((pattern) => ({ pattern, revoker })),
    ),
  );

/** What can be asked about, or looked up where it is kept, is proved; the rest is only ever requested. */
export function isProvable({ pattern, revoker }: Kind): boolean {
  return isMortal(pattern.verify) || revoker.confirm !== undefined;
}

/** What is asked about by a protocol has a server of its own, and tests beside it. */
function isDescribed({ verify }: Pattern): boolean {
  return !verify || !('protocol' in verify);
}
