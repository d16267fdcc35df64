import type { Expression, Range } from './regex.ts';

const maxStates = 120_000;

/** A regex as a machine, by Thompson's construction: a state has either one set to read, or any number of free edges. */
export interface Automaton {
  readonly free: readonly (readonly number[])[];
  readonly sets: readonly (readonly Range[] | undefined)[];
  readonly next: readonly number[];
  readonly start: number;
  readonly accept: number;
}

/** The automaton of an expression; undefined when it would be too large to be worth following. */
export function buildAutomaton(expression: Expression): Automaton | undefined {
  const free: number[][] = [];
  const sets: (readonly Range[] | undefined)[] = [];
  const next: number[] = [];
  const add = (edges: number[], set?: readonly Range[], target = -1) => {
    free.push(edges);
    sets.push(set);
    next.push(target);
    return free.length - 1;
  };

  // Builds backwards: the state from which `node` is read and `to` reached.
  function build(node: Expression, to: number): number {
    if (free.length > maxStates) return to;
    switch (node.kind) {
      case 'set':
        return add([], node.ranges, to);
      case 'assertion':
        return to;
      case 'group':
        return build(node.item, to);
      case 'sequence':
        return node.items.reduceRight((target, item) => build(item, target), to);
      case 'choice':
        return add(node.branches.map((branch) => build(branch, to)));
      case 'repeat': {
        let target = to;
        if (node.max === Number.POSITIVE_INFINITY) {
          target = add([to]);
          free[target]!.push(build(node.item, target));
        } else {
          for (let i = node.min; i < node.max; i++) target = add([to, build(node.item, target)]);
        }
        for (let i = 0; i < node.min; i++) target = build(node.item, target);
        return target;
      }
      default:
        return node satisfies never;
    }
  }

  const accept = add([]);
  const start = build(expression, accept);
  return free.length > maxStates ? undefined : { free, sets, next, start, accept };
}
