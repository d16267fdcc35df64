import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { findingId, fingerprint, frame, identifying } from '../../src/ledger/fingerprint.ts';
import { candidate } from './candidates.ts';

const key = Buffer.alloc(32, 7);

describe('fingerprint', () => {
  it('is an HMAC-SHA-256 over length-prefixed fields', () => {
    const field = (text: string) => `${String.fromCharCode(0, 0, 0, text.length)}${text}`;
    const expected = createHmac('sha256', key).update(['quash finding', 'example', 'abc'].map(field).join('')).digest('hex');
    expect(fingerprint(key, 'example', ['abc'])).toBe(expected);
    expect(findingId(expected)).toBe(expected.slice(0, 12));
  });

  it('differs with key, provider and every way to cut the fields', () => {
    const all = [
      fingerprint(key, 'a', ['bc']),
      fingerprint(key, 'ab', ['c']),
      fingerprint(key, 'a', ['b', 'c']),
      fingerprint(key, 'a', ['', 'bc']),
      fingerprint(key, 'a', ['bc', '']),
      fingerprint(Buffer.alloc(32, 8), 'a', ['bc']),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('frames text by its bytes, not its characters', () => {
    expect(frame('x', ['é']).subarray(5, 9)).toEqual(Buffer.from([0, 0, 0, 2]));
  });
});

describe('what identifies a credential', () => {
  it('is its value and the parts that identify, by name', () => {
    const { pattern, secret, parts } = candidate({
      secret: 'id',
      parts: { secret: 'half', region: 'eu' },
      identifies: ['secret'],
    });
    expect(identifying(pattern, secret, parts)).toEqual(['id', 'secret', 'half']);
  });

  it('leaves out a part that was not found, even one named like an object’s own', () => {
    const { pattern, secret, parts } = candidate({ secret: 'id', parts: { constructor: 'x' }, identifies: ['constructor'] });
    expect(identifying(pattern, secret, {})).toEqual(['id']);
    expect(identifying(pattern, secret, parts)).toEqual(['id', 'constructor', 'x']);
  });
});
