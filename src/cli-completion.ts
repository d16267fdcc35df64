import { groups } from './flags/commands.ts';
import type { Argument, CommandName, Flag, ValueKind } from './flags/declaration.ts';
import { commandNames, commandOf, flagsOf, longForm } from './flags.ts';

/** What can stand at a place of the command line: these words, a file, or anything. */
export type Expected = { readonly words: readonly string[] } | 'file' | 'anything';

export interface CompletedFlag {
  readonly long: string;
  readonly short: string | undefined;
  readonly help: string;
  readonly repeatable: boolean;
  /** Undefined for a switch, which takes no value. */
  readonly value: { readonly placeholder: string; readonly expected: Expected } | undefined;
}

export interface CompletedCommand {
  readonly name: CommandName;
  /** Its last word. */
  readonly word: string;
  readonly group: string | undefined;
  readonly help: string;
  readonly flags: readonly CompletedFlag[];
  readonly arguments: readonly { readonly placeholder: string; readonly many: boolean; readonly expected: Expected }[];
}

/** A word that can follow `quash`: a command, or one that has commands under it. */
export interface CompletedWord {
  readonly word: string;
  readonly help: string;
}

const expectedOf: Readonly<Record<ValueKind, Expected>> = {
  switch: 'anything',
  text: 'anything',
  file: 'file',
  path: 'file',
  glob: 'file',
  count: 'anything',
  fraction: 'anything',
  size: 'anything',
  date: 'anything',
  deadline: 'anything',
  duration: 'anything',
  choice: 'anything',
};

const helpFlag: CompletedFlag = {
  long: '--help',
  short: '-h',
  help: 'examples, and the flags',
  repeatable: false,
  value: undefined,
};

/** Every command with what can be completed after it, for the scripts of the three shells. */
export const completedCommands: readonly CompletedCommand[] = commandNames.map((name) => {
  const words = name.split(' ');
  return {
    name,
    word: words.at(-1)!,
    group: words.length > 1 ? words[0] : undefined,
    help: commandOf(name).help,
    flags: [...flagsOf(name).map(completedFlag), helpFlag],
    arguments: commandOf(name).arguments.map((argument) => ({
      placeholder: argument.placeholder,
      many: argument.many === true,
      expected: expected(argument),
    })),
  };
});

/** The words that can follow `quash`. */
export const completedWords: readonly CompletedWord[] = [
  ...completedCommands.filter(({ group }) => group === undefined),
  ...Object.entries(groups).map(([word, { help }]) => ({ word, help })),
  { word: 'help', help: 'tell everything about a command' },
];

/** The words that have commands under them. */
export const completedGroups: readonly string[] = Object.keys(groups);

/** Commands that have others under them: what follows is one of those, or an argument. */
export const completedParents: readonly string[] = [
  ...new Set(completedCommands.flatMap(({ group }) => (group === undefined || Object.hasOwn(groups, group) ? [] : [group]))),
];

function completedFlag(flag: Flag): CompletedFlag {
  const value = flag.kind === 'switch' ? undefined : { placeholder: flag.placeholder ?? '', expected: expected(flag) };
  return {
    long: longForm(flag),
    short: flag.short && `-${flag.short}`,
    help: flag.help,
    repeatable: flag.repeatable === true,
    value,
  };
}

function expected({ kind, choices }: Flag | Argument): Expected {
  return choices ? { words: choices } : expectedOf[kind];
}
