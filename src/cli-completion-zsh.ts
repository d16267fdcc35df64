import {
  type CompletedCommand,
  type CompletedFlag,
  completedCommands,
  completedGroups,
  completedParents,
  completedWords,
  type Expected,
} from './cli-completion.ts';

/** The completion script for zsh: a file for `fpath`, or to be sourced. */
export function completionForZsh(): string {
  const inGroups = completedGroups.map((group) => {
    const members = completedCommands.filter((command) => command.group === group);
    return `    ${group})
      if ((CURRENT == 3)); then
        words_here=(${describe(members)})
        _describe 'command' words_here
        return
      fi
      command="$command $words[3]"
      shift words
      ((CURRENT--))
      ;;`;
  });
  const inParents = completedParents.map((parent) => {
    const members = completedCommands.filter((command) => command.group === parent);
    return `    ${parent})
      if ((CURRENT == 3)) && [[ $words[3] != -* ]]; then
        words_here=(${describe(members)})
        _describe 'command' words_here
        return
      fi
      case "$words[3]" in
        ${members.map(({ word }) => word).join(' | ')})
          command="$command $words[3]"
          shift words
          ((CURRENT--))
          ;;
      esac
      ;;`;
  });
  return `#compdef quash
# zsh completion for quash, printed by: quash completion zsh

_quash() {
  local -a words_here
  if ((CURRENT == 2)); then
    words_here=(${describe(completedWords)})
    _describe 'command' words_here
    return
  fi
  local command="$words[2]"
  case "$command" in
${[...inGroups, ...inParents].join('\n')}
    help)
      words_here=(${describe(completedWords)})
      _describe 'command' words_here
      return
      ;;
  esac
  shift words
  ((CURRENT--))
  case "$command" in
${completedCommands.map(caseOf).join('\n')}
  esac
}

if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
  _quash "$@"
else
  compdef _quash quash
fi
`;
}

function caseOf({ name, flags, arguments: positionals }: CompletedCommand): string {
  const rest = positionals.map(({ placeholder, many, expected }) =>
    quote(`${many ? '*' : ''}:${placeholder}:${action(expected)}`),
  );
  return `    ${quote(name)})
      _arguments -s \\
        ${[...flags.map(flagSpec), ...rest].join(' \\\n        ')}
      ;;`;
}

function flagSpec({ long, short, help, repeatable, value }: CompletedFlag): string {
  const explained = `[${escapeSpec(help)}]`;
  const argument = value ? `:${value.placeholder}:${action(value.expected)}` : '';
  const equals = value ? '=' : '';
  if (!short) return quote(`${repeatable ? '*' : ''}${long}${equals}${explained}${argument}`);
  return `${quote(`(${short} ${long})`)}{${quote(`${short}${value ? '+' : ''}`)},${quote(`${long}${equals}`)}}${quote(`${explained}${argument}`)}`;
}

function action(expected: Expected): string {
  if (expected === 'file') return '_files';
  if (expected === 'anything') return ' ';
  return `(${expected.words.join(' ')})`;
}

function describe(words: readonly { readonly word: string; readonly help: string }[]): string {
  return words.map(({ word, help }) => quote(`${word}:${help}`)).join(' ');
}

function escapeSpec(text: string): string {
  return text.replace(/[[\]\\:]/g, '\\$&');
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
