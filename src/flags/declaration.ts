/** What a flag's or an argument's value is; `src/flags/values.ts` says how each kind is read and checked. */
export type ValueKind =
  | 'switch'
  | 'text'
  | 'file'
  | 'path'
  | 'glob'
  | 'count'
  | 'fraction'
  | 'size'
  | 'date'
  | 'duration'
  | 'deadline'
  | 'choice';

/** The headings that `--help` groups flags under. */
export const categories = {
  select: 'What is scanned',
  report: 'What is reported',
  output: 'How it is written',
  verify: 'Who is asked',
  run: 'How it runs',
} as const;

export interface Flag {
  /** The long name without dashes. A switch that is on by default is typed as `--no-NAME`. */
  readonly name: string;
  readonly short?: string;
  readonly kind: ValueKind;
  /** What stands for the value in help, e.g. `FILE`. */
  readonly placeholder?: string;
  readonly choices?: readonly string[];
  readonly default?: boolean | number | string;
  readonly repeatable?: true;
  /** The value may be left out, and is then this; one that is given follows `=`. */
  readonly optional?: string;
  readonly category: keyof typeof categories;
  /** One line, no full stop. */
  readonly help: string;
  /** What `quash help COMMAND` adds. */
  readonly details?: string;
  /** Listed line by line by `--help`; the others are named in a paragraph. */
  readonly common?: true;
  readonly commands: readonly CommandName[];
  /**
   * Whether `quash.yaml` may set it, under the flag's own name, and whose: `anyone` covers the file found in what is scanned,
   * which may narrow what is reported; `user` is only the user's own file and `--config`, because the key decides what is
   * contacted, written, shown in clear or read by another program.
   */
  readonly config?: 'anyone' | 'user';
  /** With `repeatable`: a nearer layer's values join those of the layers below, instead of taking their place. */
  readonly layers?: 'join';
  /** An environment variable that sets it, above the config files and below the flag itself. */
  readonly env?: string;
  /** Flags that cannot be typed along with it, by name. */
  readonly conflicts?: readonly string[];
  /** Switches, by name, that this flag sets unless they were typed: what the config files say of them gives way. */
  readonly implies?: Readonly<Record<string, boolean>>;
}

export interface Argument {
  /** The property that holds it. */
  readonly name: string;
  readonly placeholder: string;
  readonly kind: ValueKind;
  readonly choices?: readonly string[];
  readonly many?: true;
  readonly required?: true;
  readonly default?: string;
}

export interface Command {
  /** One line, no full stop. */
  readonly help: string;
  readonly arguments: readonly Argument[];
  readonly examples: readonly (readonly [command: string, meaning: string])[];
  /** What `quash help COMMAND` adds. */
  readonly details?: string;
}

/** Every command, as it is typed. */
export type CommandName =
  | 'scan'
  | 'verify'
  | 'drill'
  | 'revoke'
  | 'revoke finalise'
  | 'revoke undo'
  | 'revoke status'
  | 'triage'
  | 'approve'
  | 'journal show'
  | 'journal verify'
  | 'journal export-head'
  | 'policy set'
  | 'policy show'
  | 'policy clear'
  | 'revokers list'
  | 'revokers show'
  | 'egress'
  | 'findings list'
  | 'findings show'
  | 'findings ignore'
  | 'findings accept'
  | 'findings assign'
  | 'findings reopen'
  | 'findings export'
  | 'findings import'
  | 'keys init'
  | 'keys show'
  | 'hook install'
  | 'hook uninstall'
  | 'hook run'
  | 'patterns list'
  | 'patterns show'
  | 'patterns check'
  | 'baseline'
  | 'config show'
  | 'completion';
