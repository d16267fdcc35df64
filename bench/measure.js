// Runs a command as a whole process, the processes that it starts included, and says what it cost.

import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Wall and CPU seconds and peak memory (MB, of the largest process) of one run. GNU time does the accounting: the kernel's own,
 * of all children that were waited for. Output is thrown away; an exit code outside `codes` fails the measure.
 */
export function runOnce(command, args, { cwd, env = {}, codes = [0, 1, 3], input } = {}) {
  const report = join(tmpdir(), `quash-bench-${process.pid}`);
  const result = spawnSync('/usr/bin/time', ['-f', '%e %U %S %M', '-o', report, command, ...args], {
    cwd,
    env: { ...process.env, ...env },
    stdio: [input === undefined ? 'ignore' : 'pipe', 'ignore', 'pipe'],
    ...(input === undefined ? {} : { input }),
    maxBuffer: 1 << 28,
  });
  const figures = readFileSync(report, 'utf8').trim().split('\n').at(-1).split(' ').map(Number);
  rmSync(report);
  if (!codes.includes(result.status))
    throw new Error(`${command} ${args.join(' ')} ended with ${result.status}: ${result.stderr.toString().slice(-400)}`);
  return { wall: figures[0], cpu: figures[1] + figures[2], memory: figures[3] / 1024 };
}

/** Runs each contender in turn, A B C A B C …, after one round that does not count; gives the median of each figure. */
export function race(contenders, rounds) {
  const runs = contenders.map(() => []);
  for (let round = rounds > 1 ? -1 : 0; round < rounds; round++) {
    contenders.forEach(({ run }, index) => {
      const figures = run();
      if (round >= 0) runs[index].push(figures);
    });
  }
  return contenders.map(({ name }, index) => ({
    name,
    wall: median(runs[index].map(({ wall }) => wall)),
    cpu: median(runs[index].map(({ cpu }) => cpu)),
    memory: median(runs[index].map(({ memory }) => memory)),
    runs: runs[index].length,
  }));
}

export function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** Whether a program is on PATH, and what it says its version is. */
export function versionOf(program, ...args) {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}`.trim().split('\n')[0] : undefined;
}
