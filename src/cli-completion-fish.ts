import { completedCommands, completedGroups, completedParents, completedWords, type Expected } from './cli-completion.ts';

/** The completion script for fish, 3.0 and later. */
export function completionForFish(): string {
  const lines = completedWords.map(
    ({ word, help }) => `complete -c quash -n '__quash_typed 0' -a ${quote(word)} -d ${quote(help)}`,
  );
  for (const group of [...completedGroups, ...completedParents, 'help']) {
    const members =
      group === 'help'
        ? completedWords.filter(({ word }) => word !== 'help')
        : completedCommands.filter((command) => command.group === group);
    lines.push(
      ...members.map(({ word, help }) => `complete -c quash -n '__quash_typed 1 ${group}' -a ${quote(word)} -d ${quote(help)}`),
    );
  }
  for (const { name, flags, arguments: positionals } of completedCommands) {
    const here = `complete -c quash -n '__quash_typed ${name.includes(' ') ? '2+' : '1+'} ${name}'`;
    for (const { long, short, help, value } of flags) {
      const typed = [`-l ${long.slice(2)}`, ...(short ? [`-s ${short.slice(1)}`] : [])].join(' ');
      lines.push(`${here} ${typed}${value ? ` ${complete(value.expected)}` : ''} -d ${quote(help)}`);
    }
    const [first] = positionals;
    if (first?.expected === 'file') lines.push(`${here} -F`);
    if (typeof first?.expected === 'object') lines.push(`${here} -a ${quote(first.expected.words.join(' '))}`);
  }
  return `# fish completion for quash, printed by: quash completion fish

# Whether so many words (N, or N+ for at least N) follow quash before the cursor, and the first of them are these.
function __quash_typed
    set -l words (commandline -opc)
    set -e words[1]
    set -l wanted $argv[2..]
    if string match -q '*+' -- $argv[1]
        test (count $words) -ge (string trim -c + -- $argv[1]); or return 1
    else
        test (count $words) -eq $argv[1]; or return 1
    end
    test (count $wanted) -eq 0; and return 0
    test "$words[1..$(count $wanted)]" = "$wanted"
end

complete -c quash -f
complete -c quash -n '__quash_typed 0' -l help -s h -d 'the commands'
complete -c quash -n '__quash_typed 0' -l version -s V -d 'the version'
${lines.join('\n')}
`;
}

function complete(expected: Expected): string {
  if (expected === 'file') return '-r -F';
  if (expected === 'anything') return '-x';
  return `-x -a ${quote(expected.words.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}
