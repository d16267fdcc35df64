import { linkSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { QuashError } from '../errors.ts';

interface Holder {
  readonly pid: number;
  readonly host: string;
  /** When the process began, where the system tells: a process number is given out again. */
  readonly began: string | null;
  readonly isReleased?: true;
}

const pauseMs = 2;

/**
 * Runs `work` while no other process does in the same folder. The lock is the file with the highest number: it is free when
 * its process said so, or is gone. Whoever takes over makes the next number, which only one process can; a lock is never
 * removed to be taken, so two that see one process gone cannot both follow it. Throws a QuashError when it is not let in.
 */
export function withLock<T>(folder: string, work: () => T, { patienceMs = 30_000 }: { readonly patienceMs?: number } = {}): T {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const own = acquire(folder, patienceMs);
  try {
    return work();
  } finally {
    const draft = writeDraft(folder, { ...self(), isReleased: true });
    renameSync(draft, join(folder, String(own)));
  }
}

function acquire(folder: string, patienceMs: number): number {
  const until = Date.now() + patienceMs;
  for (;;) {
    const last = lastNumber(folder);
    const holder = last === 0 ? undefined : readHolder(join(folder, String(last)));
    if (last === 0 || (holder !== undefined && isFree(holder))) {
      const next = last + 1;
      if (make(folder, next)) {
        // Somebody may have come far in the time since the folder was read, and have cleared away what was behind.
        if (lastNumber(folder) === next) {
          clearBehind(folder, next);
          return next;
        }
        rmSync(join(folder, String(next)), { force: true });
      }
      continue;
    }
    if (Date.now() > until) {
      const who = holder === undefined ? 'a process that did not say which' : `process ${holder.pid} on ${holder.host}`;
      throw new QuashError(
        'source',
        `waiting for the lock ${folder}: ${who} holds it; let that end, or remove the folder when no quash runs there`,
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
  }
}

/** Makes a lock with its content at once: a file that is there is whole. */
function make(folder: string, number: number): boolean {
  const draft = writeDraft(folder, self());
  try {
    linkSync(draft, join(folder, String(number)));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

function writeDraft(folder: string, holder: Holder): string {
  const draft = join(folder, `draft-${process.pid}-${process.hrtime.bigint()}`);
  writeFileSync(draft, JSON.stringify(holder), { mode: 0o600 });
  return draft;
}

function lastNumber(folder: string): number {
  return Math.max(0, ...readdirSync(folder).flatMap((name) => (/^[0-9]{1,15}$/.test(name) ? [Number(name)] : [])));
}

function clearBehind(folder: string, number: number): void {
  for (const name of readdirSync(folder))
    if (/^[0-9]{1,15}$/.test(name) && Number(name) < number) rmSync(join(folder, name), { force: true });
}

/** Undefined when it went away, or is being written: both end soon. */
function readHolder(file: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Holder;
  } catch {
    // The next look tells.
    return undefined;
  }
}

function isFree({ pid, host, began, isReleased }: Holder): boolean {
  if (isReleased) return true;
  return host === hostname() && !isRunning(pid, began);
}

/** Whether the process with this number that began then still runs. */
export function isRunning(pid: number, began: string | null): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // One of another user cannot be asked, and is there.
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const now = statOf(pid);
  // A process that ended and whose parent has not looked yet runs no more.
  return now === undefined || (now.state !== 'Z' && (began === null || now.began === began));
}

function self(): Holder {
  return { pid: process.pid, host: hostname(), began: beganAt(process.pid) };
}

/** The time that a process began in, by the system's own count; null where it does not tell. */
export function beganAt(pid: number): string | null {
  return statOf(pid)?.began ?? null;
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function statOf(pid: number): { readonly state: string; readonly began: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The name in parentheses may hold anything, also spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', began: fields[19] ?? '' };
  } catch {
    // Elsewhere than on Linux the number alone has to do.
    return undefined;
  }
}
