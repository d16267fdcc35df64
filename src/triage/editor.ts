import { basename } from 'node:path';

/** Where an editor is to open a file. Lines and columns start at 1. */
export interface Opening {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

// From their manuals: vi(1) and those that took it over; `code --help`; `subl --help`; `zed --help`; the book of Helix.
const takesPlus = /^(?:vi|vim|nvim|view|gvim|nano|pico|emacs|emacsclient|kak|micro|joe|jed|ne|mcedit|gedit|kate)$/;
const takesGoto = /^(?:code|code-insiders|codium|vscodium|cursor|windsurf)$/;
const takesColons = /^(?:subl|sublime_text|zed|zeditor|hx|helix)$/;

/** The program, and its arguments, that $VISUAL or else $EDITOR names for a place; `vi` where neither does, as for git. */
export function editorCommand({ VISUAL, EDITOR }: Readonly<NodeJS.ProcessEnv>, { file, ...place }: Opening): readonly string[] {
  // `+` is followed by a command where it is no number, and a ledger that was imported may say anything there.
  const [line, column] = [place.line, place.column].map((at) => (Number.isSafeInteger(at) && at > 0 ? at : 1));
  const words = (VISUAL || EDITOR || 'vi').trim().split(/\s+/);
  const name = basename(words[0] ?? '').replace(/\.exe$/i, '');
  if (takesPlus.test(name)) return [...words, `+${line}`, file];
  if (takesGoto.test(name)) return [...words, '--goto', `${file}:${line}:${column}`];
  if (takesColons.test(name)) return [...words, `${file}:${line}:${column}`];
  return [...words, file];
}

/** The program that opens an address in the browser. No shell reads the address. */
export function browserCommand(platform: NodeJS.Platform, url: string): readonly string[] {
  if (platform === 'darwin') return ['open', url];
  return platform === 'win32' ? ['explorer.exe', url] : ['xdg-open', url];
}
