import type { Command } from './declaration.ts';

/** The words that have commands under them. */
export const groups = {
  hook: { help: 'stop secrets before a commit or a push' },
  findings: { help: 'what scans kept, and what was decided' },
  keys: { help: 'whom the secrets in the ledger are sealed to' },
  journal: { help: 'what was revoked, and by whom' },
  policy: { help: 'what all who share a ledger may revoke' },
  revokers: { help: 'what can be taken back by an API' },
  patterns: { help: 'what is looked for' },
  config: { help: 'what quash.yaml and the environment set' },
} as const satisfies Record<string, { readonly help: string }>;

/** What help says of every --where. */
export const whereDetails =
  'FILTER is field=value, !=, <, > or ~ (contains); spaces mean and. Fields: provider, pattern, verdict, severity, owner, age, path, source, repository, state, id.';

const targets = { name: 'targets', placeholder: 'TARGET', kind: 'path', many: true, default: '.' } as const;

/** Every command, in the order that help lists them. */
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
      ['quash drill --triage', 'take them back by hand, in the terminal UI'],
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
A policy says who and what may be revoked: that of the ledger (quash policy), $XDG_CONFIG_HOME/quash/policy.yaml, and what --policy names; what one of them refuses is refused.
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
    arguments: [{ name: 'targets', placeholder: 'TARGET', kind: 'path', many: true }],
    examples: [
      ['quash triage', 'what the ledger holds'],
      ['quash triage .', 'what a scan finds here'],
      ["quash triage --where 'verdict=live severity>medium'", 'what it shows at first'],
      ['quash triage --plain', 'for screen readers'],
    ],
    details: `A TARGET is scanned as by quash scan, and what is found is kept in the ledger that --store names; without one it is gone when the UI is left, all but the journal of what was revoked.
? shows the keys, : finds an action by its name. Nothing is taken back before its plan was shown and the number typed; where our own authority is used, or much cannot be undone, the provider's name.
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
  'policy set': {
    help: 'hold everybody who shares the ledger to a policy',
    arguments: [{ name: 'file', placeholder: 'FILE', kind: 'file', required: true }],
    examples: [['quash policy set policy.yaml', '']],
    details:
      'It is kept in the ledger with the signers that it names, and holds beside the policies of each responder: what one of them refuses is refused. The journal tells who set it; one that was changed otherwise stops every revocation. Whoever may not revoke by it may not change it.',
  },
  'policy show': {
    help: 'print the policy of the ledger, and who set it',
    arguments: [],
    examples: [
      ['quash policy show', ''],
      ['quash policy show --format json', ''],
    ],
  },
  'policy clear': {
    help: 'take the policy of the ledger away',
    arguments: [],
    examples: [['quash policy clear', '']],
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
