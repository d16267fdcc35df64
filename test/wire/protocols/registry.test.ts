import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { loadPatterns } from '../../../src/patterns/pattern-set.ts';
import { loadProtocol } from '../../../src/wire/protocol.ts';

const { set } = await loadPatterns({ withExamples: true });
const names = readdirSync(new URL('../../../src/wire/protocols/', import.meta.url)).map((file) => file.replace(/\.ts$/, ''));

test.each(names)('%s is a protocol of that name', async (name) => {
  const protocol = await loadProtocol(name);
  expect(protocol.name).toBe(name);
  expect(protocol.needs.filter((field) => protocol.takes.includes(field))).toEqual([]);
  expect(protocol.sends).toMatch(/^\S/);
});

describe('patterns that name a protocol give it what it needs, and nothing that it does not know', () => {
  const asking = set.patterns.flatMap(({ id, verify }) => (verify && 'protocol' in verify ? [[id, verify] as const] : []));
  test.each(asking)('%s', async (_, verify) => {
    const { needs, takes } = await loadProtocol(verify.protocol);
    const given = Object.keys(verify.with);
    expect(needs.filter((field) => !given.includes(field))).toEqual([]);
    expect(given.filter((field) => !needs.includes(field) && !takes.includes(field))).toEqual([]);
  });
});
