import { createHash } from 'node:crypto';

export const hookTypes = ['pre-commit', 'pre-push', 'pre-receive'] as const;
export type HookType = (typeof hookTypes)[number];

/** The node and the quash that an installed hook tries first; absolute paths. */
export interface Launcher {
  readonly node: string;
  readonly quash: string;
}

/** What a hook that was there before is renamed to, beside the one that quash writes. */
export const movedSuffix = '.before-quash';

const marker = '# quash-hook sha256:';

/**
 * The script that git runs. It runs the hook that was there before first, and then quash: the recorded one, since that is
 * the pair of node and native modules that was installed together; when a version manager has removed it, the one on PATH;
 * then the project's own. None of them there blocks, and says how to go on: a guard that is gone unnoticed guards nothing.
 * git's lines on stdin are read once and given to both. No URL goes into quash's arguments, as it may hold a password.
 */
export function renderHook(type: HookType, launcher: Launcher | undefined): string {
  const feed = type === 'pre-commit' ? '' : 'feed | ';
  const skip =
    type === 'pre-receive'
      ? 'set QUASH_SKIP=1 for the server to let pushes through'
      : `QUASH_SKIP=1 git ${type === 'pre-push' ? 'push' : 'commit'} goes on without the scan`;
  const tries = [
    ...(launcher ? ['[ -x "$node" ] && [ -f "$quash" ]; then set -- "$node" "$quash" "$@"'] : []),
    'command -v quash >/dev/null 2>&1; then set -- quash "$@"',
    '[ -x node_modules/.bin/quash ]; then set -- node_modules/.bin/quash "$@"',
  ];
  const body = [
    `# Written by "quash hook install"; "quash hook uninstall" takes it out and puts back what was here.`,
    `before="$0${movedSuffix}"`,
    ...(feed ? ['input=$(cat)', `feed() { [ -z "$input" ] || printf '%s\\n' "$input"; }`] : []),
    `if [ -x "$before" ]; then ${feed}"$before" "$@" || exit $?; fi`,
    `case "\${QUASH_SKIP:-0}" in 0) ;; *) echo 'quash: not scanned, as QUASH_SKIP is set' >&2; exit 0 ;; esac`,
    type === 'pre-push' ? 'if [ "$1" = "$2" ]; then set --; else set -- "$1"; fi' : 'set --',
    `set -- hook run ${type} -- "$@"`,
    ...(launcher ? [`node=${quote(launcher.node)}`, `quash=${quote(launcher.quash)}`] : []),
    tries.map((line) => `if ${line}`).join('\nel'),
    `else`,
    `  echo 'quash: this hook cannot find quash; npm install --global quash brings it back, ${skip}' >&2`,
    `  exit 1`,
    `fi`,
    feed ? `${feed}"$@"` : 'exec "$@"',
    '',
  ].join('\n');
  return `#!/bin/sh\n${marker}${checksum(body)}\n${body}`;
}

/** Whether a hook's text is as quash wrote it, was written by quash and edited since, or is somebody else's. */
export function authorOf(text: string): 'quash' | 'edited' | 'other' {
  const [, mark, ...rest] = text.split('\n');
  if (mark === undefined || !mark.startsWith(marker)) return text.includes(marker) ? 'edited' : 'other';
  return mark === `${marker}${checksum(rest.join('\n'))}` ? 'quash' : 'edited';
}

function checksum(body: string): string {
  return createHash('sha256').update(body).digest('hex').slice(0, 16);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
