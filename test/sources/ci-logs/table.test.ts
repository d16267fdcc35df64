import { describe, expect, test } from 'vitest';
import { positions } from '../../../fixtures/ci-logs/positions.ts';
import { runners } from '../../../fixtures/ci-logs/runners.ts';
import { originAt } from '../../../src/model/view.ts';
import { findIn, formatOf, set, viewsOf } from './read-log.ts';

// Each runner's log, with a secret in each position that they leak in.

describe.each(Object.entries(runners))('%s', (name, write) => {
  test.each(positions(set.patterns, name))('$name', async ({ lines, secret, pattern }) => {
    const log = write(lines);
    const format = formatOf(log);
    expect(format?.name).toBe(log.system);
    const views = await viewsOf(log, format);
    const found = findIn(views).filter((match) => match.pattern === pattern);
    expect(found.map((match) => match.secret.replaceAll('\\n', '\n'))).toContain(secret);
    const { view, start } = found.find((match) => match.secret.replaceAll('\\n', '\n') === secret)!;
    const origin = originAt(view, start);
    expect(origin).toMatchObject({
      kind: 'ci-log',
      system: log.system,
      path: log.path,
      ...(log.member !== undefined && { member: log.member }),
      ...(log.job !== undefined && { job: log.job }),
      ...(log.step !== undefined && { step: log.step }),
    });
    if (origin?.kind === 'ci-log') expect(origin.timestamp?.startsWith('2024-05-22T12:') ?? false).toBe(log.hasTime);
  });
});
