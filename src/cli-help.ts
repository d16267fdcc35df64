import { Help } from 'commander';
import { groups } from './flags/commands.ts';
import { type CommandName, categories, type Flag } from './flags/declaration.ts';
import { commandNames, commandOf, flagsOf, longForm } from './flags.ts';

/** Help keeps to the smallest terminal in use, so that it looks the same everywhere and in what is piped. */
const width = 80;
const layout = Object.assign(new Help(), { helpWidth: width });

/** What `quash --help` prints. */
export function helpForQuash(): string {
  const words = [...new Set(commandNames.map((name) => name.split(' ')[0]!))];
  const rows = words.map(
    (word): Row =>
      isGroup(word) ? [groupUsage(word), groups[word].help] : [usageOf(word as CommandName), commandOf(word as CommandName).help],
  );
  return page(
    'quash finds leaked secrets, asks whether they work, and takes them back.',
    examples([
      ['quash scan', 'this repository: its working tree and its history'],
      ['quash hook install', 'scan what is staged before every commit'],
    ]),
    columns(rows),
    'quash COMMAND --help has examples first; quash help COMMAND tells everything.',
  );
}

/** What `quash WORD --help` prints for a word that has commands under it. */
export function helpForGroup(group: keyof typeof groups): string {
  const members = commandNames.filter((name) => name.startsWith(`${group} `));
  return page(
    `quash ${group}: ${groups[group].help}`,
    examples(members.flatMap((name) => commandOf(name).examples.slice(0, 1))),
    columns(members.map((name): Row => [usageOf(name), commandOf(name).help])),
    `quash ${group} COMMAND --help tells more.`,
  );
}

/** What `quash COMMAND --help` prints: one screen, the flags that most people want line by line, the others by name. */
export function helpForCommand(name: CommandName): string {
  const all = flagsOf(name);
  const isShort = all.length <= 9;
  const listed = all.filter((flag) => isShort || flag.common);
  const others = all.filter((flag) => !listed.includes(flag)).map(longForm);
  const more = others.length > 0 ? `\n${layout.boxWrap(`More: ${others.join(', ')}`, width)}` : '';
  const { help, examples: shown } = commandOf(name);
  return page(
    `quash ${name}: ${help}`,
    examples(shown),
    `Usage: quash ${usageOf(name)} [FLAG...]\n${columns(listed.map((flag): Row => [term(flag), flag.help]))}${more}`,
    `quash help ${name} tells everything.`,
  );
}

/** What `quash help COMMAND` prints: every flag with its default, its config key and what else there is to know. */
export function manualForCommand(name: CommandName): string {
  const { help, details, examples: shown } = commandOf(name);
  const sections = Object.entries(categories).flatMap(([category, heading]) => {
    const members = flagsOf(name).filter((flag) => flag.category === category);
    return members.length > 0 ? [`${heading}:\n${members.map(manualEntry).join('\n')}`] : [];
  });
  const wrapped = details?.split('\n').map((line) => layout.boxWrap(line, width));
  return page(
    layout.boxWrap(`quash ${name}: ${help}`, width),
    examples(shown),
    `Usage: quash ${usageOf(name)} [FLAG...]`,
    ...(wrapped ? [wrapped.join('\n')] : []),
    ...sections,
    "A switch's opposite is accepted too: --history, --no-offline.",
  );
}

function manualEntry(flag: Flag): string {
  const isOnByDefault = flag.kind === 'switch' && flag.default === true;
  const config =
    flag.config &&
    `In quash.yaml: ${flag.name}${isOnByDefault ? ': false' : ''}${flag.config === 'user' ? ' (yours only)' : ''}.`;
  const facts = [
    `${flag.help}.`,
    flag.details,
    flag.default !== undefined && flag.kind !== 'switch' ? `Default: ${shownDefault(flag)}.` : undefined,
    flag.repeatable ? 'Repeatable.' : undefined,
    config,
  ];
  const text = layout.boxWrap(facts.filter(Boolean).join(' '), width - 6);
  return `  ${term(flag).trimStart()}\n${text.replace(/^/gm, '      ')}`;
}

function shownDefault({ kind, default: value }: Flag): string {
  if (kind === 'size') return `${Number(value) / 1e6}MB`;
  return kind === 'duration' ? `${Number(value) / 86_400_000}d` : String(value);
}

type Row = readonly [term: string, description: string];

function columns(rows: readonly Row[]): string {
  const termWidth = Math.max(...rows.map(([term]) => term.length));
  return rows.map(([term, description]) => layout.formatItem(term, termWidth, description, layout)).join('\n');
}

function examples(shown: readonly Row[]): string {
  const explained = Math.max(...shown.map(([command, meaning]) => (meaning ? command.length : 0)));
  return shown
    .map(([command, meaning]) => (meaning ? `  ${command.padEnd(explained)}  # ${meaning}` : `  ${command}`))
    .join('\n');
}

function page(...paragraphs: readonly string[]): string {
  return `${paragraphs.join('\n\n')}\n`;
}

function term(flag: Flag): string {
  return `${flag.short ? `-${flag.short}, ` : '    '}${typedForm(flag)}`;
}

function typedForm(flag: Flag): string {
  return flag.kind === 'switch' ? longForm(flag) : `${longForm(flag)} ${flag.placeholder}`;
}

function usageOf(name: CommandName): string {
  const shown = commandOf(name).arguments.map(({ placeholder, choices, many, required }) => {
    const what = `${required && choices ? choices.join('|') : placeholder}${many ? '...' : ''}`;
    return required ? what : `[${what}]`;
  });
  return [name, ...shown].join(' ');
}

function groupUsage(group: string): string {
  const members = commandNames.filter((name) => name.startsWith(`${group} `)).map((name) => name.slice(group.length + 1));
  // More than fit beside what they are for are told of by the word's own help.
  const listed = members.join('|');
  return `${group} ${listed.length > 22 ? 'COMMAND' : listed}`;
}

function isGroup(word: string): word is keyof typeof groups {
  return Object.hasOwn(groups, word);
}
