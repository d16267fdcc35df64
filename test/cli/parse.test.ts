import { expect, test } from 'vitest';
import { type Invocation, parse } from '../../src/cli-parse.ts';

async function invocation(line: string): Promise<Invocation> {
  const request = await parse(line.split(' '));
  if (request.kind !== 'run') throw new Error(`not a command: ${line}`);
  return request.invocation;
}

const typed: readonly (readonly [line: string, flags: Readonly<Record<string, unknown>>, targets: readonly string[]])[] = [
  ['scan', {}, ['.']],
  ['scan a - b', {}, ['a', '-', 'b']],
  ['scan -- --a', {}, ['--a']],
  ['scan --format=json x', { format: 'json' }, ['x']],
  ['scan -fjson', { format: 'json' }, ['.']],
  ['scan -qj 2', { quiet: true, jobs: 2 }, ['.']],
  ['scan --exclude a --exclude=b c', { exclude: ['a', 'b'] }, ['c']],
  ['scan --no-history --history', { history: true }, ['.']],
  ['scan --offline --no-offline', { offline: false }, ['.']],
  ['scan --format json --format csv', { format: 'csv' }, ['.']],
  ['scan --since 2025-01-31', { since: new Date('2025-01-31T00:00:00Z') }, ['.']],
];

test.each(typed)('%s', async (line, flags, targets) => {
  const { flags: given, positionals } = await invocation(line);
  expect(Object.fromEntries(given)).toEqual(flags);
  expect(positionals.targets).toEqual(targets);
});

test.each(['scan', 'scan a b', 'scan -', 'hook run pre-push origin url', 'hook install', 'completion zsh', 'config show ..'])(
  '%s means the same with and without the parser',
  async (line) => {
    const direct = await invocation(line);
    const parsed = await invocation(`${line} --quiet`);
    expect(parsed).toEqual({ ...direct, flags: new Map([['quiet', true]]) });
  },
);
