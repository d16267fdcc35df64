import type { ApplyTerms } from '../../src/revoke/apply.ts';
import type { Journal } from '../../src/revoke/journal.ts';

/** What a process that is stopped looks like from inside: from some point on nothing happens any more. */
export class Stopped extends Error {}

/**
 * Terms of a run that ends without another word at its n-th step, where a step is a line that is about to be written, one that
 * was, a request that is about to be sent, and one whose answer is about to be seen. `points` counts them.
 */
export function stoppingAt(terms: ApplyTerms, at: number): { readonly terms: ApplyTerms; readonly points: () => number } {
  let count = 0;
  const point = () => {
    if (count++ >= at) throw new Stopped(`stopped at ${at}`);
  };
  const { journal, wire } = terms;
  const appendIf: Journal['appendIf'] = async (decide) => {
    point();
    const lines = await journal.appendIf(decide);
    point();
    return lines;
  };
  return {
    points: () => count,
    terms: {
      ...terms,
      journal: { ...journal, appendIf, append: (...entries) => appendIf(() => entries) },
      wire: {
        ...wire,
        send: async (request, to, hide) => {
          point();
          const sent = await wire.send(request, to, hide);
          point();
          return sent;
        },
      },
      // A process that is gone releases nothing: what it claimed is free by its end.
      store: { ...terms.store, release: async () => point() },
    },
  };
}
