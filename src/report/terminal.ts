/** What a report may use where it is written to. */
export interface TerminalTraits {
  readonly color: boolean;
  readonly hyperlinks: boolean;
  /** Columns; 80 where that is unknown. */
  readonly width: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Works out whether a stream takes colours and hyperlinks, from the stream, the environment and `--no-color`. */
export function terminalTraits(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  environment: Environment,
  noColor: boolean,
): TerminalTraits {
  return {
    color: takesColor(stream.isTTY === true, environment, noColor),
    hyperlinks: takesHyperlinks(stream.isTTY === true, environment),
    width: stream.columns && stream.columns > 0 ? stream.columns : 80,
  };
}

/** NO_COLOR as https://no-color.org says: set and not empty. FORCE_COLOR is for pipes that end in a terminal, such as CI logs. */
function takesColor(isTerminal: boolean, environment: Environment, noColor: boolean): boolean {
  if (noColor || environment.NO_COLOR) return false;
  if (environment.FORCE_COLOR !== undefined) return environment.FORCE_COLOR !== '0' && environment.FORCE_COLOR !== 'false';
  return isTerminal && environment.TERM !== 'dumb';
}

// There is no way to ask a terminal whether it knows OSC 8: https://gist.github.com/egmontkob/eb114294efbcd5adb1944c9f3cb5feda
// lists those that do, and one that does not may print the address.
const programs = new Set(['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper', 'rio', 'Tabby']);
const terms = new Set(['xterm-kitty', 'xterm-ghostty', 'alacritty', 'foot', 'wezterm', 'contour']);

function takesHyperlinks(isTerminal: boolean, environment: Environment): boolean {
  if (environment.FORCE_HYPERLINK !== undefined) return environment.FORCE_HYPERLINK !== '0';
  if (!isTerminal || environment.CI || environment.TERM === 'dumb') return false;
  if (environment.WT_SESSION || environment.KONSOLE_VERSION || environment.DOMTERM) return true;
  if (Number(environment.VTE_VERSION) >= 5000) return true;
  return programs.has(environment.TERM_PROGRAM ?? '') || terms.has(environment.TERM ?? '');
}
