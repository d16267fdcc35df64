import { type Expression, parseRegex } from './regex.ts';

/** How many groups of a regex capture without a name. */
export function unnamedGroups(regex: string): number {
  return count(parseRegex(regex));
}

function count(node: Expression): number {
  switch (node.kind) {
    case 'set':
    case 'assertion':
      return 0;
    case 'group':
      return (node.name === undefined ? 1 : 0) + count(node.item);
    case 'repeat':
      return count(node.item);
    case 'sequence':
      return node.items.reduce((sum, item) => sum + count(item), 0);
    case 'choice':
      return node.branches.reduce((sum, branch) => sum + count(branch), 0);
    default:
      return node satisfies never;
  }
}
