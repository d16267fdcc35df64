import { expect, test } from 'vitest';
import { askBy, expectUnreachable } from './asking.ts';

// There is neither a Debian package of MongoDB nor one in the registry that ships its binary: what a server says is not tried here.
const fields = { host: 'localhost', user: 'app', password: ['correct', 'horse'].join('-') };

test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('mongodb', fields));

test('a mongodb+srv name that is not allowed is not looked up', async () => {
  expect(await askBy('mongodb', { ...fields, scheme: 'mongodb+srv', host: 'cluster0.acme.example' })).toEqual({
    state: 'unknown',
    reason: expect.stringContaining('--allow-host cluster0.acme.example'),
    asked: [],
  });
});
