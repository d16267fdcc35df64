import { severities } from './model/pattern.ts';
import { formats } from './report/format.ts';

/**
 * Everything that can be typed after `quash`: its commands, their arguments and their flags, declared once.
 * The parser, `--help`, the completions of three shells, the config file's keys and its JSON Schema derive from here.
 */

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

/** The words that have commands under them. */
export const groups = {
  hook: { help: 'stop secrets before a commit or a push' },
  findings: { help: 'what scans kept, and what was decided' },
  keys: { help: 'whom the secrets in the ledger are sealed to' },
  journal: { help: 'what was revoked, and by whom' },
  revokers: { help: 'what can be taken back by an API' },
  patterns: { help: 'what is looked for' },
  config: { help: 'what quash.yaml and the environment set' },
} as const satisfies Record<string, { readonly help: string }>;

const whereDetails =
  'FILTER is field=value, !=, <, > or ~ (contains); spaces mean and. Fields: provider, pattern, verdict, severity, owner, age, path, source, repository, state, id.';

const targets = { name: 'targets', placeholder: 'TARGET', kind: 'path', many: true, default: '.' } as const;

export const commands = {
  scan: {
    help: 'find secrets in a repository, folder or URL',
    arguments: [targets],
    examples: [
      ['quash scan', 'this repository and all of its history'],
      ['quash scan --staged', 'what is about to be committed'],
      ['quash scan --range origin/main..HEAD', 'what a pull request adds'],
      ['quash scan https://example.com/team/app.git --format sarif', ''],
    ],
    details: `TARGET is a git repository, a folder, a file, a URL to clone, or - for stdin; it is what it proves to be, not what it is named.
Exit codes: 0 clean and complete, 1 findings, 2 usage or config, 3 incomplete and nothing found, 4 a live secret, 70 bug, 130 interrupted.`,
  },
  verify: {
    help: 'ask the providers whether secrets are alive',
    arguments: [{ name: 'ids', placeholder: 'ID|-', kind: 'text', many: true }],
    examples: [
      ['quash verify 3f9a1c', 'a finding of the ledger'],
      ['quash verify --all', 'all of them'],
      ['pbpaste | quash verify -', 'the clipboard'],
      ['quash verify - --pattern datadog-api-key < key.txt', 'its shape tells no kind'],
      ['quash verify - --explain --format json < key.txt', 'what was asked'],
    ],
    details: `Of findings of the ledger the identity of this machine opens the values, and the verdicts are kept. What comes from stdin is not.
The secret is never an argument, which other users of the machine could read. Whatever stands beside it on stdin (a key id, a host) is used as in a scan.
Exit codes: 4 live, 1 everything else that was found, 2 usage or config or nothing found.`,
  },
  drill: {
    help: 'rehearse a leak, on this machine alone',
    arguments: [],
    examples: [
      ['quash drill', 'from commit to proved dead'],
      ['quash drill --keep=/tmp/drill', 'the ledger is there to look at'],
    ],
    details: `Providers are played on loopback; the run may reach nothing else, and reads and changes nothing of yours.
Exit codes: 0 everything proved dead, 5 not everything.`,
  },
  revoke: {
    help: 'take credentials back, and prove it',
    arguments: [{ name: 'ids', placeholder: 'ID|-', kind: 'text', many: true }],
    examples: [
      ['quash revoke 3f9a1c', 'what would be done'],
      ['pbpaste | quash revoke - --apply', 'the secret in the clipboard'],
      ["quash revoke --where 'provider=github verdict=live' --save plan.json", ''],
      ['quash revoke --plan plan.json --apply --yes', ''],
    ],
    details: `Every credential is asked about again right before; one that is dead is left alone. What can be switched off is switched off first: revoke finalise makes that final, revoke undo takes it back. A run that was stopped is run again: it goes on where it was.
A policy says who and what may be revoked: $XDG_CONFIG_HOME/quash/policy.yaml, and what --policy names; what one of them refuses is refused.
Exit codes: 0 the plan was printed, or everything is confirmed; 2 usage or config; 5 something is not confirmed.`,
  },
  'revoke finalise': {
    help: 'make final what was switched off',
    arguments: [{ name: 'ids', placeholder: 'ID|-', kind: 'text', many: true }],
    examples: [
      ['quash revoke finalise', 'all whose time is over'],
      ['quash revoke finalise 3f9a1c --apply', 'this one, and now'],
    ],
  },
  'revoke undo': {
    help: 'switch on again what was switched off',
    arguments: [{ name: 'ids', placeholder: 'ID|-', kind: 'text', many: true }],
    examples: [['quash revoke undo 3f9a1c --apply', '']],
  },
  'revoke status': {
    help: 'tell how far each credential has come',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [
      ['quash revoke status', ''],
      ['quash revoke status --format json', ''],
    ],
  },
  triage: {
    help: 'decide and take back, in the terminal',
    arguments: [],
    examples: [
      ['quash triage', ''],
      ["quash triage --where 'verdict=live severity>medium'", 'what it shows at first'],
      ['quash triage --plain', 'for screen readers'],
    ],
    details: `? shows the keys, : finds an action by its name. Nothing is taken back before its plan was shown and the number typed; where our own authority is used, or much cannot be undone, the provider's name.
${whereDetails}
Exit codes: 0, 2 usage or config, 130 interrupted.`,
  },
  approve: {
    help: 'sign a plan of somebody else',
    arguments: [{ name: 'plan', placeholder: 'PLAN', kind: 'file', required: true }],
    examples: [['quash approve plan.json', 'shows it, and writes plan.json.*.sig']],
    details:
      'The signature is over the hash of the plan, by ssh-keygen -Y in the namespace quash. Who may sign stands in the file of signers that the policy names.',
  },
  'journal show': {
    help: 'print what was done',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [
      ['quash journal show', ''],
      ['quash journal show 3f9a1c', 'of one finding, or of one plan'],
    ],
  },
  'journal verify': {
    help: 'prove that no line was changed, removed or moved',
    arguments: [],
    examples: [
      ['quash journal verify', 'and against the ledger'],
      ['quash journal verify --head head.json', 'and what was kept elsewhere'],
    ],
    details: 'Exit codes: 0 it holds, 5 it was tampered with.',
  },
  'journal export-head': {
    help: 'print its last line’s hash, to keep elsewhere',
    arguments: [],
    examples: [['quash journal export-head > head.json', '']],
  },
  'revokers list': {
    help: 'list what can be taken back, and with what authority',
    arguments: [],
    examples: [
      ['quash revokers list', ''],
      ['quash revokers list --format json', ''],
    ],
  },
  'revokers show': {
    help: 'show the calls of a provider’s revokers',
    arguments: [{ name: 'providers', placeholder: 'PROVIDER', kind: 'text', many: true, required: true }],
    examples: [['quash revokers show github', '']],
  },
  egress: {
    help: 'list every host that may be contacted',
    arguments: [],
    examples: [
      ['quash egress', ''],
      ['quash egress --format json', 'for a firewall'],
    ],
    details:
      'Nothing is contacted to list it. Hosts come from the patterns, never from what is scanned; --allow-host adds to them.',
  },
  'findings list': {
    help: 'list what was found, what is alive first',
    arguments: [],
    examples: [
      ['quash findings list', ''],
      ["quash findings list --where 'verdict=live severity>medium age>30d'", ''],
      ["quash findings list --where 'path~deploy state!=gone' --format json", ''],
    ],
    details: whereDetails,
  },
  'findings show': {
    help: 'show all that is known of a finding',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true, required: true }],
    examples: [
      ['quash findings show 3f9a1c', ''],
      ['quash findings show 3f9a1c --format json', ''],
    ],
    details: 'An id may be shortened to four characters or more, as long as it is the only one that begins so.',
  },
  'findings ignore': {
    help: 'call findings false alarms',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [
      ["quash findings ignore 3f9a1c --reason 'a value of the tests'", ''],
      ["quash findings ignore --where 'path~test/ verdict=dead' --reason tests", ''],
    ],
    details: whereDetails,
  },
  'findings accept': {
    help: 'bear the risk of findings until a day',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [["quash findings accept 3f9a1c --until 30d --reason 'rotation is planned'", '']],
    details: 'After that day they are open again.',
  },
  'findings assign': {
    help: 'say whose task findings are',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [
      ['quash findings assign 3f9a1c --to ann@example.com', ''],
      ["quash findings assign --where 'provider=aws' --to cloud-team", ''],
    ],
    details: whereDetails,
  },
  'findings reopen': {
    help: 'take back that findings are ignored or accepted',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true }],
    examples: [['quash findings reopen 3f9a1c', '']],
    details: whereDetails,
  },
  'findings export': {
    help: 'write findings in any report format',
    arguments: [],
    examples: [
      ['quash findings export --format csv --output findings.csv', ''],
      ["quash findings export --where 'verdict=live' --format sarif", ''],
      ['quash findings export --sealed --output all.jsonl', 'for another ledger'],
    ],
    details: `Secrets are redacted. With --sealed the export holds them too, as they lie in the ledger: only its recipients can open them.
${whereDetails}`,
  },
  'findings import': {
    help: "take over another scanner's report, or a ledger's",
    arguments: [{ name: 'files', placeholder: 'FILE', kind: 'file', many: true, required: true }],
    examples: [
      ['quash findings import gitleaks.json', ''],
      ['quash findings import trufflehog.jsonl kingfisher.jsonl', ''],
      ['quash findings import all.jsonl', 'what findings export --sealed wrote'],
    ],
    details: `Reads gitleaks and Betterleaks JSON, TruffleHog JSON lines, Kingfisher JSON lines, detect-secrets baselines, and exports of quash; a file is what it proves to be.
What a pattern of ours knows is verified and revoked like our own. A detect-secrets baseline holds hashes alone: what it names is listed, and nothing more can be done with it until a scan finds it.`,
  },
  'keys init': {
    help: 'make keys to seal findings with; scans then keep them',
    arguments: [],
    examples: [
      ['quash keys init', 'an identity, which can write and read'],
      ['quash keys init --recipient age1...', 'can write, and never read'],
    ],
    details:
      'They lie in $XDG_CONFIG_HOME/quash: identity and recipients, as age writes them. Keep a copy of the identity: without it nothing in the ledger can be opened.',
  },
  'keys show': {
    help: 'print whom findings are sealed to',
    arguments: [],
    examples: [
      ['quash keys show', ''],
      ['quash keys show --format json', ''],
    ],
  },
  'hook install': {
    help: 'install a git hook; one that is there still runs',
    arguments: [
      {
        name: 'stages',
        placeholder: 'STAGE',
        kind: 'choice',
        choices: ['pre-commit', 'pre-push', 'pre-receive'],
        many: true,
        default: 'pre-commit',
      },
    ],
    examples: [
      ['quash hook install', 'scan before every commit'],
      ['quash hook install pre-commit pre-push', 'and before every push'],
    ],
  },
  'hook uninstall': {
    help: 'take the git hooks out again',
    arguments: [
      { name: 'stages', placeholder: 'STAGE', kind: 'choice', choices: ['pre-commit', 'pre-push', 'pre-receive'], many: true },
    ],
    examples: [['quash hook uninstall', 'every hook that quash installed here']],
  },
  'hook run': {
    help: 'scan what is new, offline, silent when clean',
    arguments: [
      {
        name: 'stage',
        placeholder: 'STAGE',
        kind: 'choice',
        choices: ['pre-commit', 'pre-push', 'pre-receive'],
        default: 'pre-commit',
      },
      { name: 'hookArguments', placeholder: 'ARGUMENT', kind: 'text', many: true },
    ],
    examples: [
      ['quash hook run', 'what is staged'],
      ['quash hook run pre-push', 'the commits that git names on stdin'],
    ],
    details: 'What could not be read is told on stderr; the hook still passes, unless --fail-on-gap.',
  },
  'patterns list': {
    help: 'list the patterns',
    arguments: [],
    examples: [
      ['quash patterns list', ''],
      ['quash patterns list --patterns our.yaml --format json', 'with your own'],
    ],
  },
  'patterns show': {
    help: 'show all that is known of a pattern',
    arguments: [{ name: 'ids', placeholder: 'ID', kind: 'text', many: true, required: true }],
    examples: [['quash patterns show github-pat-classic', '']],
  },
  'patterns check': {
    help: 'prove every regex, literal and example',
    arguments: [{ name: 'files', placeholder: 'FILE', kind: 'file', many: true }],
    examples: [
      ['quash patterns check', 'those that come with quash'],
      ['quash patterns check our.yaml', 'your own, beside them'],
    ],
  },
  baseline: {
    help: 'record what is there, and report what is new',
    arguments: [targets],
    examples: [
      ['quash baseline --output .quash-baseline', 'accept what this repository holds'],
      ['quash scan --baseline .quash-baseline', 'and report only what is new'],
    ],
    details: 'A baseline holds keyed hashes, never a secret.',
  },
  'config show': {
    help: 'print the settings of a scan, and where each comes from',
    arguments: [{ name: 'target', placeholder: 'TARGET', kind: 'path', default: '.' }],
    examples: [
      ['quash config show', ''],
      ['quash config show ../app --format json', ''],
    ],
    details: `A quash.yaml is looked for from the target upward to the root of its repository, then in $XDG_CONFIG_HOME/quash/ (~/.config/quash/).
The file nearer to the target wins, QUASH_OFFLINE wins over files, and flags win over everything.
What is scanned may narrow what is reported, nothing else: the keys marked "yours only" are ignored, with a warning, in a quash.yaml found there.
Keys are the names of the flags: min-severity: high, exclude: ['**/vendor/**'], history: false. Files are relative to the quash.yaml that names them.`,
  },
  completion: {
    help: "print a shell's completions",
    arguments: [{ name: 'shell', placeholder: 'SHELL', kind: 'choice', choices: ['bash', 'zsh', 'fish'], required: true }],
    examples: [
      ['quash completion bash > ~/.local/share/bash-completion/completions/quash', ''],
      ['quash completion zsh > ~/.zfunc/_quash', 'a folder of your fpath'],
      ['quash completion fish > ~/.config/fish/completions/quash.fish', ''],
    ],
  },
} as const satisfies Record<string, Command>;

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

const all = [
  'scan',
  'verify',
  'drill',
  'revoke',
  'revoke finalise',
  'revoke undo',
  'revoke status',
  'triage',
  'approve',
  'journal show',
  'journal verify',
  'journal export-head',
  'revokers list',
  'revokers show',
  'egress',
  'findings list',
  'findings show',
  'findings ignore',
  'findings accept',
  'findings assign',
  'findings reopen',
  'findings export',
  'findings import',
  'keys init',
  'keys show',
  'hook install',
  'hook uninstall',
  'hook run',
  'patterns list',
  'patterns show',
  'patterns check',
  'baseline',
  'config show',
  'completion',
] as const satisfies readonly CommandName[];

const scans = ['scan', 'baseline'] as const;
const reports = ['scan', 'hook run', 'baseline'] as const;
const askers = ['scan', 'verify'] as const;
const keepers = [
  'findings list',
  'findings show',
  'findings ignore',
  'findings accept',
  'findings assign',
  'findings reopen',
  'findings export',
  'findings import',
] as const;
const deciders = ['findings ignore', 'findings accept', 'findings assign', 'findings reopen'] as const;
const patternUsers = [
  ...keepers,
  'scan',
  'verify',
  'revoke',
  'revoke finalise',
  'revoke undo',
  'triage',
  'egress',
  'hook run',
  'baseline',
  'patterns list',
  'patterns show',
  'patterns check',
] as const;
const settings = [...patternUsers, 'config show'] as const;
const listings = [
  'findings list',
  'findings show',
  'keys show',
  'patterns list',
  'patterns show',
  'config show',
  'egress',
  'drill',
] as const;
const takers = ['revoke', 'revoke finalise', 'revoke undo'] as const;
const journals = ['journal show', 'journal verify', 'journal export-head'] as const;

// Who asks for a part of the history does not ask what is in the working tree since long ago.
const partOfHistory = { history: true, tree: false } as const;

export const flags = [
  {
    name: 'format',
    short: 'f',
    kind: 'choice',
    choices: formats,
    default: 'text',
    placeholder: 'FORMAT',
    category: 'output',
    help: 'text, json, jsonl, sarif, gitlab, csv, junit or html',
    common: true,
    commands: askers,
    config: 'user',
  },
  {
    name: 'format',
    short: 'f',
    kind: 'choice',
    choices: formats,
    default: 'jsonl',
    placeholder: 'FORMAT',
    category: 'output',
    help: 'text, json, jsonl, sarif, gitlab, csv, junit or html',
    common: true,
    commands: ['findings export'],
  },
  {
    name: 'format',
    short: 'f',
    kind: 'choice',
    choices: ['text', 'json'],
    default: 'text',
    placeholder: 'FORMAT',
    category: 'output',
    help: 'text or json',
    common: true,
    commands: [...listings, ...takers, 'revoke status', 'journal show', 'journal verify', 'revokers list', 'revokers show'],
  },
  {
    name: 'keep',
    kind: 'path',
    placeholder: 'DIR',
    optional: '',
    category: 'output',
    help: 'keep the ledger, the journal and what leaked, in DIR or a temporary folder',
    common: true,
    commands: ['drill'],
  },
  {
    name: 'output',
    short: 'o',
    kind: 'file',
    placeholder: 'FILE',
    category: 'output',
    help: 'write the report to FILE instead of stdout',
    common: true,
    commands: askers,
    config: 'user',
  },
  {
    name: 'output',
    short: 'o',
    kind: 'file',
    placeholder: 'FILE',
    category: 'output',
    help: 'write them to FILE instead of stdout',
    common: true,
    commands: ['findings export'],
  },
  {
    name: 'sealed',
    kind: 'switch',
    category: 'output',
    help: 'write the sealed secrets along (jsonl only)',
    commands: ['findings export'],
  },
  {
    name: 'where',
    kind: 'text',
    placeholder: 'FILTER',
    category: 'select',
    help: "only findings that match: 'verdict=live severity>medium'",
    details: whereDetails,
    common: true,
    commands: ['findings list', 'findings export', 'verify', 'revoke', 'triage', ...deciders],
  },
  {
    name: 'all',
    kind: 'switch',
    category: 'select',
    help: 'ask about every finding of the ledger that is not ignored',
    common: true,
    commands: ['verify'],
    conflicts: ['where'],
  },
  {
    name: 'reason',
    kind: 'text',
    placeholder: 'TEXT',
    category: 'run',
    help: 'why, for whoever reads it later',
    commands: ['findings ignore', 'findings accept', 'findings reopen'],
  },
  {
    name: 'until',
    kind: 'deadline',
    placeholder: 'DATE',
    category: 'run',
    help: 'the day on which it ends: 2027-01-31, or 30d, 2w, 6m from now',
    commands: ['findings accept'],
  },
  {
    name: 'to',
    kind: 'text',
    placeholder: 'WHOM',
    category: 'run',
    help: 'a name, a team or an e-mail address',
    commands: ['findings assign'],
  },
  {
    name: 'recipient',
    kind: 'text',
    placeholder: 'AGE1...',
    repeatable: true,
    category: 'run',
    help: 'seal to this recipient as well, and make no identity here',
    commands: ['keys init'],
  },
  {
    name: 'plain',
    kind: 'switch',
    category: 'output',
    help: 'a line at a time; a dumb terminal does the same',
    common: true,
    commands: ['triage'],
    config: 'user',
  },
  {
    name: 'store',
    kind: 'text',
    placeholder: 'PLACE',
    category: 'run',
    help: 'the ledger: a path, a postgres:// URL, or none',
    details:
      'By default $XDG_DATA_HOME/quash/ledger.db (~/.local/share). A scan keeps findings there once quash keys init was run; in CI only when this is set. QUASH_STORE does the same, and keeps a password out of the list of processes.',
    commands: ['scan', 'verify', 'triage', ...keepers, ...takers, 'revoke status', ...journals],
    config: 'user',
    env: 'QUASH_STORE',
  },
  {
    name: 'output',
    short: 'o',
    kind: 'file',
    placeholder: 'FILE',
    category: 'output',
    help: 'write the baseline to FILE instead of stdout',
    common: true,
    commands: ['baseline'],
  },
  {
    name: 'unredacted',
    kind: 'switch',
    category: 'output',
    help: 'show secrets in clear',
    details: 'Reports then hold what they warn of: keep them as you would keep the secrets.',
    commands: askers,
    config: 'user',
  },
  {
    name: 'explain',
    kind: 'switch',
    category: 'report',
    help: 'say why candidates were turned down, and how verdicts came about',
    commands: askers,
  },
  {
    name: 'history',
    kind: 'switch',
    default: true,
    category: 'select',
    help: 'leave out the history, scan the working tree',
    common: true,
    commands: scans,
    config: 'anyone',
    conflicts: ['tree', 'since', 'since-commit', 'branch', 'range', 'unreachable'],
  },
  {
    name: 'tree',
    kind: 'switch',
    default: true,
    category: 'select',
    help: 'leave out the working tree, scan the history',
    commands: scans,
    config: 'anyone',
    conflicts: ['history'],
  },
  {
    name: 'staged',
    kind: 'switch',
    category: 'select',
    help: 'scan the lines that the index adds to HEAD',
    common: true,
    commands: ['scan'],
    conflicts: ['history', 'tree', 'since', 'since-commit', 'branch', 'range', 'unreachable', 'as'],
  },
  {
    name: 'range',
    kind: 'text',
    placeholder: 'A..B',
    category: 'select',
    help: 'scan what the commits of A..B brought in',
    details: 'As git log reads it. The working tree is left out, unless --tree.',
    commands: scans,
    conflicts: ['since-commit', 'branch'],
    implies: partOfHistory,
  },
  {
    name: 'since',
    kind: 'date',
    placeholder: 'DATE',
    category: 'select',
    help: 'scan history from DATE on: 2025-01-31, or 90d, 2w, 6m, 1y ago',
    commands: scans,
    implies: partOfHistory,
  },
  {
    name: 'since-commit',
    kind: 'text',
    placeholder: 'REV',
    category: 'select',
    help: 'scan history that is not reachable from REV',
    commands: scans,
    implies: partOfHistory,
  },
  {
    name: 'branch',
    kind: 'text',
    placeholder: 'NAME',
    repeatable: true,
    category: 'select',
    help: 'scan the history of this branch or ref, instead of all',
    commands: scans,
    implies: partOfHistory,
  },
  {
    name: 'unreachable',
    kind: 'switch',
    category: 'select',
    help: 'scan objects that no ref reaches as well',
    commands: scans,
    implies: { history: true },
  },
  {
    name: 'include',
    kind: 'glob',
    placeholder: 'GLOB',
    repeatable: true,
    category: 'select',
    help: 'scan only paths that match GLOB',
    details: 'Paths are relative to the target, with / between folders.',
    commands: scans,
    config: 'anyone',
  },
  {
    name: 'exclude',
    kind: 'glob',
    placeholder: 'GLOB',
    repeatable: true,
    category: 'select',
    help: 'leave out paths that match GLOB',
    details: 'Paths are relative to the target, with / between folders. Joins what the config files exclude.',
    common: true,
    commands: reports,
    config: 'anyone',
    layers: 'join',
  },
  {
    name: 'max-size',
    kind: 'size',
    default: 256_000_000,
    placeholder: 'SIZE',
    category: 'select',
    help: 'leave out what is larger, and say so: 500KB, 10MB, 1GiB',
    details: 'KB, MB and GB count in thousands; K, M, G, KiB, MiB and GiB in 1024s. What is left out is a gap.',
    commands: reports,
    config: 'anyone',
  },
  {
    name: 'open-blobs',
    kind: 'switch',
    category: 'select',
    help: 'open archives and logs in the history as well',
    details: 'Those in the working tree are always opened. In a history it takes about as long again as the rest of the scan.',
    commands: scans,
    config: 'anyone',
  },
  {
    name: 'limit',
    kind: 'text',
    placeholder: 'NAME=NUMBER',
    repeatable: true,
    category: 'select',
    help: 'how far archives are followed: maxDepth=8, maxRatio=200, …',
    details: 'maxDepth, maxRatio, maxTotalBytes, maxEntries, maxWholeBytes. Each that bites is a gap that says so.',
    commands: scans,
    config: 'anyone',
  },
  {
    name: 'as',
    kind: 'choice',
    choices: ['repository', 'folder', 'file', 'url', 'stdin', 'ci-log', 'chat', 'archive'],
    placeholder: 'KIND',
    category: 'select',
    help: 'take TARGET for a repository, folder, ci-log, chat, archive, …',
    details: 'repository, folder, file, url, stdin; ci-log, chat and archive where its content leaves that open.',
    commands: scans,
  },
  {
    name: 'home',
    kind: 'switch',
    category: 'select',
    help: "scan what tools keep in your home folder, agents' transcripts too",
    details: `Settings and transcripts of coding agents, MCP servers, shell histories, .env files, logins of package managers, containers
and clouds, settings of editors. Says which files it reads before it reads them, and reads no others.`,
    commands: ['scan'],
    conflicts: ['history', 'tree', 'staged', 'range', 'since', 'since-commit', 'branch', 'unreachable', 'as'],
  },
  {
    name: 'patterns',
    kind: 'file',
    placeholder: 'FILE',
    repeatable: true,
    category: 'report',
    help: 'use the patterns of this YAML file as well',
    details: 'Joins the pattern files that the config files name.',
    commands: patternUsers,
    config: 'anyone',
    layers: 'join',
  },
  {
    name: 'pattern',
    kind: 'text',
    placeholder: 'ID',
    repeatable: true,
    category: 'report',
    help: 'look only for this pattern',
    commands: [...reports, 'verify', ...takers],
    config: 'anyone',
  },
  {
    name: 'min-severity',
    kind: 'choice',
    choices: severities,
    default: 'info',
    placeholder: 'LEVEL',
    category: 'report',
    help: 'report from info, low, medium, high or critical on',
    commands: reports,
    config: 'anyone',
  },
  {
    name: 'min-confidence',
    kind: 'fraction',
    default: 0.5,
    placeholder: 'NUMBER',
    category: 'report',
    help: 'report generic findings from this confidence on, 0 to 1',
    commands: reports,
    config: 'anyone',
  },
  {
    name: 'baseline',
    kind: 'file',
    placeholder: 'FILE',
    category: 'report',
    help: 'report only what this baseline does not hold',
    common: true,
    commands: ['scan', 'hook run'],
    config: 'anyone',
  },
  {
    name: 'ignore',
    kind: 'switch',
    default: true,
    category: 'report',
    help: 'comments, ignore files and baselines do not count',
    commands: reports,
    config: 'anyone',
  },
  {
    name: 'fail-on',
    kind: 'choice',
    choices: ['any', 'live', 'none'],
    default: 'any',
    placeholder: 'WHICH',
    category: 'run',
    help: 'findings that fail the run: any, live or none',
    commands: ['scan', 'hook run'],
    config: 'anyone',
  },
  {
    name: 'fail-on-gap',
    kind: 'switch',
    category: 'run',
    help: 'fail the run when something could not be read',
    details: 'A scan tells of a gap in its exit code as it is; hook run only tells of it on stderr, unless this is set.',
    commands: ['scan', 'hook run'],
    config: 'anyone',
  },
  {
    name: 'only-live',
    kind: 'switch',
    category: 'report',
    help: 'report only what its provider says is alive',
    common: true,
    commands: ['scan'],
    config: 'anyone',
    conflicts: ['offline'],
  },
  {
    name: 'offline',
    kind: 'switch',
    category: 'run',
    help: 'ask no provider anything',
    details: 'QUASH_OFFLINE=1 does the same. hook run is always offline.',
    common: true,
    commands: ['scan', 'verify', 'hook run', ...takers, 'triage'],
    config: 'user',
    env: 'QUASH_OFFLINE',
  },
  {
    name: 'endpoint',
    kind: 'text',
    placeholder: 'PROVIDER=URL',
    repeatable: true,
    category: 'verify',
    help: 'ask URL instead of the hosts of PROVIDER, or of PROVIDER@HOST',
    details: 'Scheme, host and port are replaced, and the path of the URL is put in front. It allows the address it names.',
    commands: [...askers, 'egress', ...takers, 'triage'],
    config: 'user',
    layers: 'join',
  },
  {
    name: 'allow-host',
    kind: 'text',
    placeholder: 'HOST',
    repeatable: true,
    category: 'verify',
    help: 'ask this host when a secret names it: HOST, *.DOMAIN, HOST:PORT, CIDR',
    details: 'Hosts that stand in the scanned text are asked only so; an address or a network allows what is private, too.',
    commands: [...askers, 'egress', ...takers, 'triage'],
    config: 'user',
    layers: 'join',
  },
  {
    name: 'verdict-age',
    kind: 'duration',
    placeholder: 'AGE',
    category: 'verify',
    help: 'take verdicts of earlier runs up to this age: 30m, 12h, 7d',
    details: 'Verdicts are then kept in $XDG_CACHE_HOME/quash, without the secrets. Without it, everything is asked anew.',
    commands: askers,
    config: 'user',
  },
  {
    name: 'canary-account',
    kind: 'text',
    placeholder: 'ID',
    repeatable: true,
    category: 'verify',
    help: 'take the keys of this AWS account for traps, and leave them alone',
    commands: [...askers, ...takers, 'triage'],
    config: 'anyone',
    layers: 'join',
  },
  {
    name: 'touch-canaries',
    kind: 'switch',
    category: 'verify',
    help: 'ask about traps as well, which sets them off',
    commands: [...askers, ...takers, 'triage'],
  },
  {
    name: 'apply',
    kind: 'switch',
    category: 'run',
    help: 'do what is planned, once the number is typed',
    common: true,
    commands: takers,
  },
  {
    name: 'plan',
    kind: 'file',
    placeholder: 'FILE',
    category: 'run',
    help: 'take this plan, which was saved',
    common: true,
    commands: takers,
  },
  {
    name: 'save',
    kind: 'file',
    placeholder: 'FILE',
    category: 'output',
    help: 'keep the plan in FILE',
    common: true,
    commands: takers,
  },
  {
    name: 'yes',
    kind: 'switch',
    category: 'run',
    help: 'do not ask; only with --plan',
    common: true,
    commands: takers,
  },
  {
    name: 'grace',
    kind: 'duration',
    default: 604_800_000,
    placeholder: 'TIME',
    category: 'run',
    help: 'how long what can be is only off: 7d; 0 is final',
    common: true,
    commands: ['revoke', 'triage'],
    config: 'user',
  },
  {
    name: 'proof-window',
    kind: 'duration',
    placeholder: 'TIME',
    category: 'run',
    help: 'wait so long for the proof: 30s, 10m',
    details: 'Without it, as long as each provider may take, by what it documents.',
    common: true,
    commands: [...takers, 'triage'],
    config: 'user',
  },
  {
    name: 'admin',
    kind: 'text',
    placeholder: 'PROVIDER=WHERE',
    repeatable: true,
    category: 'run',
    help: 'our credential: env:NAME, file:PATH or prompt',
    details: 'Without it, the environment variable that the plan names.',
    common: true,
    commands: [...takers, 'triage'],
    config: 'user',
    layers: 'join',
  },
  {
    name: 'policy',
    kind: 'file',
    placeholder: 'FILE',
    repeatable: true,
    category: 'run',
    help: 'keep to this policy as well',
    commands: [...takers, 'triage'],
    config: 'user',
    layers: 'join',
  },
  {
    name: 'key',
    kind: 'file',
    placeholder: 'FILE',
    category: 'run',
    help: 'sign with this key; a public one means the agent',
    common: true,
    commands: ['approve'],
  },
  {
    name: 'head',
    kind: 'file',
    placeholder: 'FILE',
    repeatable: true,
    category: 'run',
    help: 'a line that must still be there, as export-head printed it',
    common: true,
    commands: ['journal verify'],
  },
  {
    name: 'config',
    short: 'c',
    kind: 'file',
    placeholder: 'FILE',
    category: 'run',
    help: 'use FILE, or none, not the quash.yaml found',
    commands: settings,
  },
  {
    name: 'jobs',
    short: 'j',
    kind: 'count',
    placeholder: 'N',
    category: 'run',
    help: 'use N workers',
    commands: reports,
    config: 'user',
  },
  {
    name: 'quiet',
    short: 'q',
    kind: 'switch',
    category: 'output',
    help: 'print findings and errors, nothing else',
    common: true,
    commands: all,
    config: 'user',
  },
  {
    name: 'color',
    kind: 'switch',
    default: true,
    category: 'output',
    help: 'no colours; NO_COLOR does the same',
    commands: all,
    config: 'user',
  },
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
