import {
  type CompletedCommand,
  completedCommands,
  completedGroups,
  completedParents,
  completedWords,
  type Expected,
} from './cli-completion.ts';

/** The completion script for bash, 3.2 (macOS) and later. */
export function completionForBash(): string {
  const inGroups = completedGroups.map((group) => {
    const words = completedCommands.filter((command) => command.group === group).map(({ word }) => word);
    return `    ${group})
      if ((COMP_CWORD == 2)); then
        _quash_words ${quote(words.join(' '))}
        return
      fi
      command="$command \${COMP_WORDS[2]}"
      ;;`;
  });
  const inParents = completedParents.map((parent) => {
    const words = completedCommands.filter((command) => command.group === parent).map(({ word }) => word);
    return `    ${parent})
      if ((COMP_CWORD == 2)) && [[ $word != -* ]]; then
        _quash_words ${quote(words.join(' '))}
        return
      fi
      case "\${COMP_WORDS[2]}" in
        ${words.join(' | ')}) command="$command \${COMP_WORDS[2]}" ;;
      esac
      ;;`;
  });
  return `# bash completion for quash, printed by: quash completion bash

_quash_words() {
  COMPREPLY=($(compgen -W "$1" -- "$word"))
}

_quash_files() {
  compopt -o filenames 2>/dev/null
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$word"))
}

_quash() {
  local word="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD - 1]}"
  local command="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if ((COMP_CWORD == 1)); then
    _quash_words ${quote([...completedWords.map(({ word }) => word), '--help', '--version'].join(' '))}
    return
  fi
  # bash takes --flag=value apart into three words.
  if [[ $word == "=" ]]; then
    word=""
  elif [[ $previous == "=" ]]; then
    previous="\${COMP_WORDS[COMP_CWORD - 2]}"
  fi
  case "$command" in
${[...inGroups, ...inParents].join('\n')}
    help)
      _quash_words ${quote(completedWords.map(({ word }) => word).join(' '))}
      return
      ;;
  esac
  case "$command:$previous" in
${completedCommands.flatMap(valuesOf).join('\n')}
  esac
  if [[ $word == -* ]]; then
    case "$command" in
${completedCommands.map(flagsOf).join('\n')}
    esac
    return
  fi
  case "$command" in
${completedCommands.flatMap(argumentsOf).join('\n')}
  esac
}

complete -F _quash quash
`;
}

function valuesOf({ name, flags }: CompletedCommand): readonly string[] {
  return flags.flatMap(({ long, short, value }) => {
    if (!value) return [];
    const cases = [long, ...(short ? [short] : [])].map((typed) => `${quote(`${name}:${typed}`)}`);
    return [`    ${cases.join(' | ')})\n      ${complete(value.expected)}\n      return\n      ;;`];
  });
}

function flagsOf({ name, flags }: CompletedCommand): string {
  return `      ${quote(name)}) _quash_words ${quote(flags.map(({ long }) => long).join(' '))} ;;`;
}

/** Which argument the cursor is at does not matter: no command has two kinds of words. */
function argumentsOf({ name, arguments: [first] }: CompletedCommand): readonly string[] {
  return first ? [`    ${quote(name)}) ${complete(first.expected)} ;;`] : [];
}

function complete(expected: Expected): string {
  if (expected === 'file') return '_quash_files';
  if (expected === 'anything') return ':';
  return `_quash_words ${quote(expected.words.join(' '))}`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
