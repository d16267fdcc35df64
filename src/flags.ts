import { askingFlags } from './flags/asking-flags.ts';
import { commands } from './flags/commands.ts';
import type { Command, CommandName, Flag } from './flags/declaration.ts';
import { judgingFlags } from './flags/judging-flags.ts';
import { outputFlags } from './flags/output-flags.ts';
import { revokingFlags } from './flags/revoking-flags.ts';
import { runningFlags } from './flags/running-flags.ts';
import { selectingFlags } from './flags/selecting-flags.ts';

/**
 * Everything that can be typed after `quash`: its commands, their arguments and their flags, declared once.
 * The parser, `--help`, the completions of three shells, the config file's keys and its JSON Schema derive from here.
 */

/** Every flag, in the order that help lists them. */
export const flags = [
  ...outputFlags,
  ...selectingFlags,
  ...judgingFlags,
  ...askingFlags,
  ...revokingFlags,
  ...runningFlags,
] as const satisfies readonly Flag[];

type CamelCase<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<CamelCase<Tail>>}` : Name;

type FlagOf<Name extends CommandName, F = (typeof flags)[number]> = F extends { readonly commands: readonly (infer C)[] }
  ? Name extends C
    ? F
    : never
  : never;

type ValueOf<T> = T extends { readonly kind: 'switch' }
  ? boolean
  : T extends { readonly choices: readonly (infer Choice)[] }
    ? Choice
    : T extends { readonly kind: 'count' | 'fraction' | 'size' | 'duration' }
      ? number
      : T extends { readonly kind: 'date' | 'deadline' }
        ? Date
        : string;

type OptionOf<F> = F extends { readonly repeatable: true }
  ? readonly ValueOf<F>[]
  : F extends { readonly kind: 'switch' } | { readonly default: unknown }
    ? ValueOf<F>
    : ValueOf<F> | undefined;

type PositionalOf<A> = A extends { readonly many: true }
  ? readonly ValueOf<A>[]
  : A extends { readonly required: true } | { readonly default: string }
    ? ValueOf<A>
    : ValueOf<A> | undefined;

type OptionsOfOne<Name extends CommandName> = { readonly command: Name } & {
  readonly [F in FlagOf<Name> as CamelCase<F['name']>]: OptionOf<F>;
} & {
  readonly [A in (typeof commands)[Name]['arguments'][number] as A['name']]: PositionalOf<A>;
};

/**
 * What a command is run with: its arguments and flags in camelCase, after config files, environment and defaults were applied.
 * A repeatable flag is a list, empty when nobody set it. For several commands it is a union told apart by `command`.
 */
export type Options<Name extends CommandName> = Name extends CommandName ? OptionsOfOne<Name> : never;

/** Every command by name, as the declaration's general type. */
export const commandNames = Object.keys(commands) as readonly CommandName[];

/** The declaration of a command, with its literal types forgotten. */
export function commandOf(name: CommandName): Command {
  return commands[name];
}

/** The flags of a command, in the order they are declared. */
export function flagsOf(name: CommandName): readonly Flag[] {
  return (flags as readonly Flag[]).filter((flag) => flag.commands.includes(name));
}

/** The flags that `quash.yaml` may set, one for every key. */
export function configurableFlags(): readonly Flag[] {
  return (flags as readonly Flag[]).filter((flag) => flag.config !== undefined);
}

/** How a flag is typed: `--min-severity`, or `--no-history` for a switch that is on by default. */
export function longForm(flag: Flag): string {
  return flag.kind === 'switch' && flag.default === true ? `--no-${flag.name}` : `--${flag.name}`;
}

/** The name of a flag's property in `Options`. */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
