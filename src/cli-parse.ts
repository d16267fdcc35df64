import type { Command as Parser } from 'commander';
import { suggest } from './did-you-mean.ts';
import { QuashError } from './errors.ts';
import { groups } from './flags/commands.ts';
import type { Argument, CommandName, Flag } from './flags/declaration.ts';
import { readText, type Value } from './flags/values.ts';
import { commandNames, commandOf, flagsOf, longForm } from './flags.ts';

/** What was typed: only what was, without defaults. `flags` is by name, `positionals` by property. */
export interface Invocation {
  readonly command: CommandName;
  readonly flags: ReadonlyMap<string, Value | readonly Value[]>;
  readonly positionals: Readonly<Record<string, Value | readonly Value[] | undefined>>;
}

/** What the command line asks for. `of` is a command, a word with commands under it, or undefined for quash itself. */
export type Request =
  | { readonly kind: 'run'; readonly invocation: Invocation }
  | {
      readonly kind: 'help';
      readonly of: CommandName | keyof typeof groups | undefined;
      readonly asked: 'screen' | 'manual' | 'missing';
    }
  | { readonly kind: 'version' };

/** Reads a command line. Throws a usage error that says what was meant. */
export async function parse(args: readonly string[]): Promise<Request> {
  const [word, ...rest] = args;
  if (word === undefined) return { kind: 'help', of: undefined, asked: 'missing' };
  if (word === '--version' || word === '-V') return { kind: 'version' };
  if (word === '--help' || word === '-h') return { kind: 'help', of: undefined, asked: 'screen' };
  if (word === 'help') return parseHelp(rest);
  if (word.startsWith('-')) {
    throw usage(`no command before ${printable(word)}; flags come after the command, as in: quash scan --quiet`);
  }
  if (isGroup(word)) return parseGroup(word, rest);
  if (!isCommand(word)) throw unknownCommand(word);
  // A command may have others under it, which are told from its arguments by their names.
  const longer = `${word} ${rest[0] ?? ''}`;
  return isCommand(longer) ? parseCommand(longer, rest.slice(1)) : parseCommand(word, rest);
}

function parseHelp(words: readonly string[]): Request {
  const name = words.filter((word) => !word.startsWith('-')).join(' ');
  if (name === '') return { kind: 'help', of: undefined, asked: 'screen' };
  if (isCommand(name)) return { kind: 'help', of: name, asked: 'manual' };
  if (isGroup(name)) return { kind: 'help', of: name, asked: 'screen' };
  throw unknownCommand(name);
}

async function parseGroup(group: keyof typeof groups, [word, ...rest]: readonly string[]): Promise<Request> {
  if (word === undefined) return { kind: 'help', of: group, asked: 'missing' };
  if (word === '--help' || word === '-h') return { kind: 'help', of: group, asked: 'screen' };
  const name = `${group} ${word}`;
  if (!isCommand(name)) throw unknownCommand(name);
  return parseCommand(name, rest);
}

async function parseCommand(command: CommandName, args: readonly string[]): Promise<Request> {
  // With nothing but arguments there is nothing for the parser to do, and a hook does not wait for it to load.
  if (!args.some((arg) => arg.startsWith('-') && arg !== '-')) return run(command, new Map(), args);

  const { Command, CommanderError, Option } = await import('commander');
  const given = new Map<string, Value | readonly Value[]>();
  const parser: Parser = new Command(`quash ${command}`).exitOverride().configureOutput({ writeOut() {}, writeErr() {} });
  parser.helpOption('-h, --help').argument('[arguments...]');
  for (const flag of flagsOf(command)) {
    const short = flag.short ? `-${flag.short}, ` : '';
    if (flag.kind === 'switch') {
      const [on, off] = [`--${flag.name}`, `--no-${flag.name}`];
      const isOnByDefault = flag.default === true;
      parser.addOption(new Option(`${short}${isOnByDefault ? off : on}`));
      parser.addOption(new Option(isOnByDefault ? on : off));
      parser.on(`option:${flag.name}`, () => given.set(flag.name, true));
      parser.on(`option:no-${flag.name}`, () => given.set(flag.name, false));
    } else {
      const takeValue = (text: string) => {
        const value = read(text, flag, longForm(flag));
        given.set(flag.name, flag.repeatable ? [...((given.get(flag.name) as Value[] | undefined) ?? []), value] : value);
        return value;
      };
      const placeholder = flag.optional === undefined ? `<${flag.placeholder}>` : `[${flag.placeholder}]`;
      parser.addOption(new Option(`${short}--${flag.name} ${placeholder}`).argParser(takeValue));
      if (flag.optional !== undefined)
        parser.on(`option:${flag.name}`, (text: string | null) => {
          if (text === null) given.set(flag.name, flag.optional ?? '');
        });
    }
  }
  try {
    parser.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return { kind: 'help', of: command, asked: 'screen' };
    throw explain(error, command);
  }
  refuseConflicts(command, given);
  return run(command, given, parser.args);
}

function run(command: CommandName, flags: Invocation['flags'], args: readonly string[]): Request {
  return { kind: 'run', invocation: { command, flags, positionals: readPositionals(command, args) } };
}

function readPositionals(command: CommandName, args: readonly string[]): Invocation['positionals'] {
  const positionals: Record<string, Value | readonly Value[] | undefined> = {};
  let rest = args;
  for (const argument of commandOf(command).arguments) {
    const texts = argument.many ? rest : rest.slice(0, 1);
    rest = rest.slice(texts.length);
    const values = texts.map((text) => read(text, argument, argument.placeholder));
    if (values.length === 0 && argument.required) {
      throw usage(`quash ${command} needs ${named(argument)}; see quash ${command} --help`);
    }
    if (values.length === 0 && argument.default !== undefined) values.push(argument.default);
    positionals[argument.name] = argument.many ? values : values[0];
  }
  if (rest.length > 0) throw usage(`quash ${command} was given ${rest.length} more than it takes; see quash ${command} --help`);
  return positionals;
}

function named({ placeholder, choices }: Argument): string {
  return choices ? `one of ${choices.join(', ')}` : placeholder;
}

function read(text: string, spec: Flag | Argument, name: string): Value {
  const reading = readText(text, spec);
  if ('problem' in reading) throw usage(`${name} ${reading.problem}`);
  return reading.value;
}

/** Flags that contradict each other are refused only when both were typed: a config file's setting just loses. */
function refuseConflicts(command: CommandName, given: Invocation['flags']): void {
  const counts = (flag: Flag) => given.has(flag.name) && given.get(flag.name) !== (flag.default ?? false);
  const typed = flagsOf(command).filter(counts);
  for (const flag of typed) {
    const other = typed.find((candidate) => flag.conflicts?.includes(candidate.name));
    if (other) throw usage(`${longForm(flag)} and ${longForm(other)} contradict each other; leave one out`);
  }
}

function explain(error: { readonly code: string; readonly message: string }, command: CommandName): QuashError {
  const typed = /'(--?[^\s'=,]*)/.exec(error.message)?.[1] ?? '';
  const help = `see quash ${command} --help`;
  if (error.code === 'commander.unknownOption') {
    const known = flagsOf(command).flatMap((flag) => [longForm(flag), ...(flag.short ? [`-${flag.short}`] : [])]);
    const meant = suggest(typed, [...known, '--help']);
    return usage(`quash ${command} has no flag ${printable(typed)}; ${meant ? `did you mean ${meant}?` : help}`);
  }
  if (error.code === 'commander.optionMissingArgument') {
    const long = /--[a-z-]+/.exec(error.message)?.[0] ?? typed;
    return usage(`${long} needs a value; ${help}`);
  }
  return usage(`the arguments of quash ${command} are not understood; ${help}`);
}

function unknownCommand(name: string): QuashError {
  const [first = '', ...others] = name.split(' ');
  const names = [...commandNames, ...Object.keys(groups), 'help'];
  const lastWords = commandNames.map((command) => command.split(' ').at(-1)!);
  const byLastWord = suggest(others.at(-1) ?? first, lastWords);
  const meant = suggest(name, names) ?? (byLastWord && commandNames[lastWords.indexOf(byLastWord)]);
  const hint = meant
    ? `did you mean quash ${meant}?`
    : isGroup(first)
      ? `see quash ${first} --help`
      : 'to scan a folder or a repository, type: quash scan PATH';
  return usage(`there is no command ${printable(name)}; ${hint}`);
}

/** What was typed, as far as it can be shown: a long word, or one with odd characters, may be a secret that missed its place. */
function printable(text: string): string {
  return /^[a-z -]{1,24}$/i.test(text) ? `"${text}"` : 'of that name';
}

function usage(problem: string): QuashError {
  return new QuashError('usage', `reading the command line: ${problem}`);
}

function isCommand(name: string): name is CommandName {
  return (commandNames as readonly string[]).includes(name);
}

function isGroup(name: string): name is keyof typeof groups {
  return Object.hasOwn(groups, name);
}
