import type { Readable } from 'node:stream';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Secret } from '../model/secret.ts';
import { neutralise } from '../report/neutralise.ts';
import { type Change, touchesAddedLine } from '../sources/change.ts';
import type { HookType } from './hook-script.ts';
import { type Pushed, parsePrePush, parsePreReceive } from './pushed-refs.ts';

/** A secret as a hook reports it. */
export interface HookFinding {
  /** What it is called, e.g. `GitHub personal access token`. */
  readonly name: string;
  readonly secret: Secret;
  readonly line: number;
  readonly column: number;
  /** The first and last line of everything it is made of: a key's id may be old and its secret new. Default: its own line. */
  readonly span?: readonly [first: number, last: number];
}

/** Finds what is to be reported in a change: allow comments, ignore files and baselines are its business. */
export interface HookScanner {
  scan(change: Change): readonly HookFinding[] | Promise<readonly HookFinding[]>;
}

export interface HookOptions {
  /** What git gives the hook: for pre-push the remote's name. */
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly maxSize: number;
  readonly failOnGap: boolean;
  readonly failOnFindings: boolean;
  /** Called while git is already at work, so that loading the patterns takes no time of its own. */
  readonly openScanner: () => Promise<HookScanner>;
  readonly print: (text: string) => void;
  readonly warn: (text: string) => void;
  readonly signal?: AbortSignal;
}

const shownAtMost = 100;

/**
 * Scans what a hook is asked to let through: what is staged, what a push brings, what a server is about to accept.
 * Prints nothing when that is clean; otherwise each secret, redacted, with where it stands and how to go on.
 */
export async function runHook(type: HookType, options: HookOptions): Promise<Exit> {
  if (options.env.QUASH_SKIP && options.env.QUASH_SKIP !== '0') {
    options.warn('quash: not scanned, as QUASH_SKIP is set\n');
    return exits.clean;
  }
  try {
    return await scanChanges(type, options);
  } catch (error) {
    if (!(error instanceof QuashError) || error.code === 'interrupted') throw error;
    throw new QuashError(error.code, `${error.message}; ${wayOut(type)}`, { cause: error });
  }
}

async function scanChanges(type: HookType, options: HookOptions): Promise<Exit> {
  const changes = await changesOf(type, options);
  // Asking for the first change starts git; the scanner is loaded meanwhile.
  let next = changes.next();
  next.catch(() => {});
  const places: string[] = [];
  let found = 0;
  let gaps = 0;
  try {
    const scanner = await options.openScanner();
    for (let item = await next; !item.done; item = await next) {
      next = changes.next();
      next.catch(() => {});
      const change = item.value;
      if ('reason' in change) {
        gaps += 1;
        options.warn(`quash: not scanned: ${placeOf(change.origin)}: ${neutralise(change.detail)}\n`);
        continue;
      }
      for (const finding of await scanner.scan(change)) {
        const [first, last] = finding.span ?? [finding.line, finding.line];
        if (!touchesAddedLine(change, first, last)) continue;
        found += 1;
        if (places.length < shownAtMost) places.push(describe(change.origin, finding));
      }
    }
  } finally {
    // Ends git when the scanner could not be opened or failed.
    await changes.return(undefined).catch(() => {});
  }
  if (found > 0) options.print(report(type, found, places));
  if (found > 0 && options.failOnFindings) return exits.findings;
  return gaps > 0 && options.failOnGap ? exits.incomplete : exits.clean;
}

async function changesOf(type: HookType, options: HookOptions): Promise<AsyncGenerator<Change | Gap>> {
  const { cwd, maxSize, signal } = options;
  const reading = { cwd, maxSize, ...(signal ? { signal } : {}), inherit: 'hook' } as const;
  if (type === 'pre-commit') {
    const { stagedChanges } = await import('../sources/staged.ts');
    return stagedChanges(reading);
  }
  const { rangeChanges, taggedChanges } = await import('../sources/changed-lines.ts');
  const { range, tips } = await readPushed(type, options);
  return (async function* () {
    yield* taggedChanges(tips, reading);
    yield* rangeChanges(range, reading);
  })();
}

async function readPushed(type: 'pre-push' | 'pre-receive', { args, env, stdin }: HookOptions): Promise<Pushed> {
  if (type === 'pre-push' && env.PRE_COMMIT) return framedPush(env);
  if (stdin.isTTY)
    throw new QuashError(
      'usage',
      `running the ${type} hook: git tells it on stdin what is pushed; to scan commits by hand: quash scan --range origin/main..HEAD`,
    );
  const chunks: Buffer[] = [];
  for await (const chunk of stdin as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  if (type === 'pre-receive') return parsePreReceive(text);
  // Nothing on stdin is a push of nothing, or a hook runner that keeps git's lines to itself (lefthook without use_stdin).
  // A guard that then scanned nothing would pass for good, so what no remote has is scanned.
  return text.trim() === '' ? unpushed : parsePrePush(text, args[0]);
}

const unpushed: Pushed = { range: { from: ['HEAD'], exceptRefs: 'remotes', ignoreMissing: true }, tips: [] };

/**
 * What the pre-commit framework says is pushed. It reads git's lines itself and sets variables: a range, or for a branch
 * that begins with a root commit only its name. See https://pre-commit.com/#pre-commit-during-push
 */
function framedPush(env: HookOptions['env']): Pushed {
  const exceptRefs = env.PRE_COMMIT_REMOTE_NAME ? { remote: env.PRE_COMMIT_REMOTE_NAME } : 'remotes';
  const from = env.PRE_COMMIT_TO_REF || env.PRE_COMMIT_LOCAL_BRANCH || 'HEAD';
  const except = env.PRE_COMMIT_FROM_REF && env.PRE_COMMIT_TO_REF ? [env.PRE_COMMIT_FROM_REF] : [];
  return { range: { from: [from], except, exceptRefs, ignoreMissing: true }, tips: [] };
}

function placeOf(origin: Gap['origin']): string {
  if (origin.kind === 'git')
    return `${origin.commit ? `${origin.commit.slice(0, 10)} ` : ''}${neutralise(origin.path ?? origin.blob)}`;
  if (origin.kind === 'commit' || origin.kind === 'tag') return `message of ${origin.kind} ${origin.commit.slice(0, 10)}`;
  return 'path' in origin ? neutralise(origin.path) : origin.kind;
}

function describe(origin: Origin, finding: HookFinding): string {
  return `  ${placeOf(origin)}:${finding.line}:${finding.column}  ${neutralise(finding.name)}  ${neutralise(finding.secret.toString())}`;
}

function report(type: HookType, found: number, places: readonly string[]): string {
  const what = `${found} ${found === 1 ? 'secret' : 'secrets'}`;
  const where = {
    'pre-commit': 'about to be committed',
    'pre-push': 'about to be pushed',
    'pre-receive': 'in this push, which is refused',
  }[type];
  const more = found > places.length ? [`  and ${found - places.length} more`] : [];
  const fix =
    type === 'pre-commit'
      ? 'Take it out and stage the file again.'
      : 'Take it out of the commit that brings it (git rebase -i), as deleting it in a later commit still hands it over; if it was shared before, revoke it.';
  return [
    `quash: ${what} ${where}`,
    '',
    ...places,
    ...more,
    '',
    fix,
    `Not a secret? Put quash:allow on its line, or list it in .quashignore.`,
    ...(type === 'pre-receive' ? [] : [`Only this once: ${wayOut(type)}.`]),
    '',
  ].join('\n');
}

function wayOut(type: HookType): string {
  if (type === 'pre-receive') return 'QUASH_SKIP=1 in the server’s environment lets pushes through unscanned';
  return `QUASH_SKIP=1 git ${type === 'pre-push' ? 'push' : 'commit'} goes on without the scan`;
}
