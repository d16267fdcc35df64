import { basename } from 'node:path';
import fastGlob from 'fast-glob';
import { expect, test } from 'vitest';
import { loadProtocol } from '../../src/wire/protocol.ts';

test.each(['', '../wire', 'a/b', 'A', 'a_b', 'a.ts', 'a--b', '-a', 'node:fs', 'https://evil.test/a', 'a%2fb'])(
  'the name %j can mean no file',
  async (name) => {
    await expect(loadProtocol(name)).rejects.toThrow(expect.objectContaining({ code: 'pattern' }));
  },
);

test('a name that is no protocol says so', async () => {
  await expect(loadProtocol('no-such-protocol')).rejects.toThrow(/there is none; known: .*\bamqp\b/);
});

test('every file of the folder is the protocol of its name, and needs nothing that it also takes', async () => {
  for (const file of fastGlob.sync('src/wire/protocols/*.ts')) {
    const protocol = await loadProtocol(basename(file, '.ts'));
    expect(protocol.name).toBe(basename(file, '.ts'));
    expect(protocol.takes.filter((field) => protocol.needs.includes(field))).toEqual([]);
    expect(protocol.sends).not.toBe('');
  }
});
