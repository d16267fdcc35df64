import type { ScreenKind } from './state.ts';

/** Something that can be done by a key, or from the palette. */
export interface Action {
  readonly name: ActionName;
  readonly keys: readonly string[];
  /** What it does, for help and palette. */
  readonly title: string;
  readonly on: readonly ScreenKind[];
}

export type ActionName =
  | 'down'
  | 'up'
  | 'page-down'
  | 'page-up'
  | 'first'
  | 'last'
  | 'select'
  | 'select-all'
  | 'open'
  | 'filter'
  | 'sort'
  | 'group'
  | 'verify'
  | 'ignore'
  | 'accept'
  | 'assign'
  | 'reopen'
  | 'next-place'
  | 'previous-place'
  | 'edit'
  | 'browse'
  | 'copy'
  | 'reveal'
  | 'revoke'
  | 'undo'
  | 'finalise'
  | 'confirm'
  | 'reload'
  | 'palette'
  | 'help'
  | 'back'
  | 'quit';

const readable = ['list', 'detail', 'plan', 'proof', 'help'] as const;
const findings = ['list', 'detail'] as const;

/** The key map: what help, palette and the hints at the foot are made from. */
export const actions: readonly Action[] = [
  { name: 'down', keys: ['j', 'down'], title: 'one down', on: readable },
  { name: 'up', keys: ['k', 'up'], title: 'one up', on: readable },
  { name: 'page-down', keys: ['pagedown', 'ctrl-f', 'ctrl-d'], title: 'a page down', on: readable },
  { name: 'page-up', keys: ['pageup', 'ctrl-b', 'ctrl-u'], title: 'a page up', on: readable },
  { name: 'first', keys: ['home', '<'], title: 'to the first', on: readable },
  { name: 'last', keys: ['end', 'G', '>'], title: 'to the last', on: readable },
  { name: 'select', keys: [' '], title: 'select, or no longer', on: ['list'] },
  { name: 'select-all', keys: ['a'], title: 'select all that are listed, or none', on: ['list'] },
  { name: 'open', keys: ['enter', 'right'], title: 'all that is known of it', on: ['list'] },
  { name: 'filter', keys: ['/'], title: 'filter: words, or field=value', on: ['list'] },
  { name: 'sort', keys: ['s'], title: 'sort by something else', on: ['list'] },
  { name: 'group', keys: ['g'], title: 'group by something else', on: ['list'] },
  { name: 'verify', keys: ['v'], title: 'verify again', on: findings },
  { name: 'revoke', keys: ['R'], title: 'revoke: shows the plan first', on: findings },
  { name: 'undo', keys: ['U'], title: 'switch on again what was switched off', on: findings },
  { name: 'finalise', keys: ['F'], title: 'make final what was switched off', on: findings },
  { name: 'ignore', keys: ['i'], title: 'ignore: a false alarm', on: findings },
  { name: 'accept', keys: ['A'], title: 'accept the risk until a day', on: findings },
  { name: 'assign', keys: ['t'], title: 'assign to somebody', on: findings },
  { name: 'reopen', keys: ['o'], title: 'reopen what is ignored or accepted', on: findings },
  { name: 'next-place', keys: ['n'], title: 'mark the next of its places', on: ['detail'] },
  { name: 'previous-place', keys: ['p'], title: 'mark the place before', on: ['detail'] },
  { name: 'edit', keys: ['e'], title: 'open the place in your editor', on: findings },
  { name: 'browse', keys: ['b'], title: 'open the page of the place in the browser', on: findings },
  { name: 'copy', keys: ['y'], title: 'copy a link without the secret', on: findings },
  { name: 'reveal', keys: ['X'], title: 'show the secret itself for a few seconds', on: ['detail'] },
  { name: 'confirm', keys: ['enter'], title: 'go on to confirm the plan', on: ['plan'] },
  { name: 'reload', keys: ['ctrl-l', 'r'], title: 'read the ledger again', on: ['list'] },
  { name: 'palette', keys: [':', 'ctrl-p'], title: 'find an action by its name', on: findings },
  { name: 'help', keys: ['?'], title: 'the keys', on: ['list', 'detail', 'plan', 'proof'] },
  { name: 'back', keys: ['escape', 'left'], title: 'back', on: ['list', 'detail', 'plan', 'proof', 'help'] },
  { name: 'quit', keys: ['q'], title: 'quit', on: ['list', 'detail', 'plan', 'proof', 'help'] },
];

/** What a key does on a screen. */
export function actionOf(screen: ScreenKind, key: string): ActionName | undefined {
  return actions.find(({ keys, on }) => keys.includes(key) && on.includes(screen))?.name;
}

/** What can be done on a screen whose title or name holds all the words, those that begin so first. */
export function matchingActions(screen: ScreenKind, text: string): readonly Action[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = actions.filter(
    ({ name, title, on }) =>
      on.includes(screen) && name !== 'palette' && words.every((word) => `${name} ${title}`.toLowerCase().includes(word)),
  );
  const begins = ({ name }: Action) => (words.some((word) => name.startsWith(word)) ? 0 : 1);
  return found.toSorted((a, b) => begins(a) - begins(b));
}

/** How a key is written. */
export function keyName(key: string): string {
  return { ' ': 'space', down: '↓', up: '↑', left: '←', right: '→', enter: 'Enter', escape: 'Esc' }[key] ?? key;
}
