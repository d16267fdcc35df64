// Runs a command as a whole process, the processes that it starts included, and says what it cost.

import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';

/** GNU time tells the peak memory of the largest process; the one of other systems takes other options. */
const gnuTime = ['/usr/bin/time', '/opt/homebrew/bin/gtime', '/usr/local/bin/gtime'].find(
  (path) => existsSync(path) && spawnSync(path, ['--version'], { encoding: 'utf8' }).stdout?.includes('GNU'),
);

// The shell's own `time` counts in milliseconds, starts the command with nothing in between, and adds up every child that was
// waited for.
const timed = 'report=$1; shift; TIMEFORMAT="%3R %3U %3S"; { time "$@" 2>&3; } 3>&2 2>"$report"';

/** The process group of the run that is under way, and the folder of its figures. */
let group;
let scratch;

process.on('exit', () => {
  if (group !== undefined) endGroup(group);
  if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true });
});

function endGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Wall and CPU seconds of one run, and what it ended with. `memory` asks for the peak of the largest process in MB, which costs
 * a millisecond; `watch` also for that of all processes together, looked at every 20 ms, which disturbs the figures.
 * An exit code outside `codes`, and a run longer than `limitMs`, throw. With `read`, gives its output too.
 */
export async function runOnce(
  command,
  args,
  { cwd, env = {}, codes = [0, 1, 3], memory = true, watch = false, read = false, limitMs = 1_800_000 } = {},
) {
  scratch = mkdtempSync(join(tmpdir(), 'quash-measure-'));
  const file = (name) => join(scratch, name);
  const output = openSync(read ? file('output') : '/dev/null', 'w');
  const errors = openSync(file('errors'), 'w');
  try {
    const wrapper = memory && gnuTime ? [gnuTime, '-q', '-f', '%M', '-o', file('memory')] : [];
    // Its own process group, so that what hangs is ended with all that it started.
    const child = spawn('bash', ['-c', timed, 'bash', file('time'), ...wrapper, command, ...args], {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, errors],
      detached: true,
    });
    group = child.pid;
    let isOver = false;
    const limit = setTimeout(() => {
      isOver = true;
      endGroup(child.pid);
    }, limitMs);
    let tree;
    const watcher = watch && setInterval(() => (tree = Math.max(tree ?? 0, residentBytes(child.pid) / 2 ** 20)), 20);
    const status = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => resolve(code));
    });
    clearTimeout(limit);
    clearInterval(watcher);
    group = undefined;
    if (isOver) throw new Error(`it did not end within ${limitMs / 1000} s`);
    const said = readFileSync(file('errors'), 'utf8');
    if (!codes.includes(status)) throw new Error(`it ended with ${status}: ${said.trim().slice(-300)}`);
    const [wall, user, system] = readFileSync(file('time'), 'utf8').trim().split(/\s+/).slice(-3).map(Number);
    return {
      wall,
      cpu: user + system,
      memory: existsSync(file('memory')) ? Number(readFileSync(file('memory'), 'utf8').trim()) / 1024 : undefined,
      tree,
      status,
      ...(read ? { output: readFileSync(file('output'), 'utf8'), errors: said } : {}),
    };
  } finally {
    closeSync(output);
    closeSync(errors);
    rmSync(scratch, { recursive: true, force: true });
    scratch = undefined;
  }
}

/** Resident memory of a process and all below it, where the kernel tells; shared pages count once a process. */
function residentBytes(pid) {
  try {
    const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
    // A child stands under the thread that started it.
    const children = readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '),
    );
    return children.reduce((sum, child) => sum + (child ? residentBytes(child) : 0), pages * 4096);
  } catch {
    // It ended between being named and being read, or this is no Linux.
    return 0;
  }
}

/**
 * Runs contenders in turn, A B C A B C …, after one round that does not count: it warms the caches, tells the peak memory of all
 * processes together, and what was found. Gives each one's runs; one that fails drops out and says why.
 */
export async function race(contenders, rounds) {
  const results = contenders.map(({ name }) => ({ name, runs: [] }));
  const begin = { at: performance.now(), busy: busySeconds(), own: process.cpuUsage() };
  let spent = 0;
  for (let round = -1; round < rounds; round++) {
    for (const [index, { command, args, count, options }] of contenders.entries()) {
      const result = results[index];
      if (result.failure) continue;
      try {
        const isFirst = round < 0;
        const run = await runOnce(command, args, { ...options, watch: isFirst, read: isFirst && count !== undefined });
        spent += run.cpu;
        if (isFirst) {
          result.tree = run.tree;
          if (count) result.findings = count(run);
        } else {
          result.runs.push({ wall: run.wall, cpu: run.cpu, memory: run.memory });
        }
      } catch (error) {
        result.failure = error.message;
        result.runs = [];
      }
    }
  }
  const { user, system } = process.cpuUsage(begin.own);
  const foreign = busySeconds() - begin.busy - spent - (user + system) / 1e6;
  // What failed half-way is not in `spent`: then nothing can be said.
  const elsewhere = results.some(({ failure }) => failure) ? undefined : foreign / ((performance.now() - begin.at) / 1000);
  return results.map((result) => ({
    ...result,
    /** Cores that were busy with something else meanwhile, on average. */
    elsewhere,
    wall: median(result.runs.map(({ wall }) => wall)),
    cpu: median(result.runs.map(({ cpu }) => cpu)),
    memory: result.runs.some(({ memory }) => memory) ? Math.max(...result.runs.map(({ memory }) => memory)) : undefined,
  }));
}

/** Seconds that all cores together have worked since the machine started. */
export function busySeconds() {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}

/** The middle one of the ratios of each round: what slows a machine down for a while slows both. */
export function ratio(one, other, figure = 'wall') {
  if (one.failure || other.failure) return undefined;
  return median(one.runs.map((run, round) => run[figure] / other.runs[round][figure]));
}

export function median(numbers) {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What a program says its version is; undefined when it is not on PATH. */
export function versionOf(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined;
}
