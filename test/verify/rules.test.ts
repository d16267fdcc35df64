import { describe, expect, test } from 'vitest';
import type { Rule } from '../../src/model/verification.ts';
import { readAnswer } from '../../src/verify/answer.ts';
import { valuesAt } from '../../src/verify/json-path.ts';
import { matchingRule } from '../../src/verify/rules.ts';
import { readTold } from '../../src/verify/tells.ts';

function answer(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'application/json' },
) {
  return readAnswer({ status, headers, body: new TextEncoder().encode(body) });
}

function rule(changes: Partial<Rule>): Rule {
  return { status: [200], headers: {}, json: {}, text: [], ...changes };
}

function matches(changes: Partial<Rule>, ...given: Parameters<typeof answer>): boolean {
  return matchingRule([rule(changes)], answer(...given)) !== undefined;
}

const page = '<!DOCTYPE html><html><body>Sign in {"id":"u1"}</body></html>';

describe('a rule', () => {
  test.each<[string, boolean, Partial<Rule>, number, string]>([
    ['status', true, { json: { id: 'string' } }, 200, '{"id":"u1"}'],
    ['another status', false, { json: { id: 'string' } }, 201, '{"id":"u1"}'],
    ['an empty string is none', false, { json: { id: 'string' } }, 200, '{"id":""}'],
    ['a number', true, { json: { id: 'number' } }, 200, '{"id":0}'],
    ['a number is no string', false, { json: { id: 'string' } }, 200, '{"id":1}'],
    ['equal', true, { json: { ok: true, 'error.code': 7 } }, 200, '{"ok":true,"error":{"code":7}}'],
    ['not equal', false, { json: { ok: true } }, 200, '{"ok":"true"}'],
    ['null is not absent from equality', true, { json: { a: null } }, 200, '{"a":null}'],
    ['one of', true, { json: { e: ['a', 'b'] } }, 200, '{"e":"b"}'],
    ['like', true, { json: { m: 're:^Bad' } }, 200, '{"m":"Bad credentials"}'],
    ['any element', true, { json: { 'errors[].code': 'x' } }, 200, '{"errors":[{"code":"y"},{"code":"x"}]}'],
    ['absent', true, { json: { error: 'absent', ok: true } }, 200, '{"ok":true}'],
    ['present', false, { json: { error: 'present' } }, 200, '{"error":null}'],
    ['an empty array is none', false, { json: { list: 'array' } }, 200, '{"list":[]}'],
    ['the whole', true, { json: { $: 'array' } }, 200, '[1]'],
    ['no JSON, no rule over JSON, not even absence', false, { json: { error: 'absent' } }, 200, 'hello'],
    ['inherited names are not there', false, { json: { constructor: 'present', '__proto__.x': 'absent' } }, 200, '{}'],
    ['text', true, { text: ['nope', 'ell'] }, 200, 'hello'],
    ['text like', true, { text: ['re:^h.l+o$'] }, 200, 'hello'],
  ])('%s: %s', (_, expected, changes, status, body) => {
    expect(matches(changes, status, body)).toBe(expected);
  });

  test('a status alone is not met by a page, whatever it calls itself', () => {
    expect(matches({ status: [401] }, 401, page, { 'content-type': 'text/html' })).toBe(false);
    expect(matches({ status: [401] }, 401, page, { 'content-type': 'application/json' })).toBe(false);
    expect(matches({ status: [401] }, 401, '', {})).toBe(true);
    expect(matches({ status: [203], type: 'html' }, 203, page, { 'content-type': 'text/html' })).toBe(true);
  });

  test('headers', () => {
    expect(matches({ headers: { 'x-user': 'string' } }, 200, '', { 'x-user': 'ann' })).toBe(true);
    expect(matches({ headers: { 'x-user': 're:^b' } }, 200, '', { 'x-user': 'ann' })).toBe(false);
  });
});

test('paths', () => {
  const json = { a: [{ b: 1 }, { b: 2 }], 'x.y': { z: 3 } };
  expect(valuesAt(json, 'a[].b')).toEqual([1, 2]);
  expect(valuesAt(json, 'a[1].b')).toEqual([2]);
  expect(valuesAt(json, '["x.y"].z')).toEqual([3]);
  expect(valuesAt(json, 'a.b')).toEqual([]);
  expect(valuesAt(null, 'a')).toEqual([]);
});

test('what an answer tells', () => {
  const told = readTold(
    {
      identity: { from: ['json.missing', 'json.user.email'] },
      account: { from: ['json.org'] },
      scopes: { from: ['header.x-scopes'], split: ',' },
      expires: { from: ['json.exp'], time: 'seconds' },
      created: { from: ['json.created'] },
      lastUsed: { from: ['json.never'], time: 'seconds' },
    },
    answer(200, '{"user":{"email":"ann@example.com"},"org":7,"exp":1800000000,"created":"2026-01-02 03:04:05 UTC","never":0}', {
      'x-scopes': 'repo, gist',
    }),
    { secret: 's', parts: {}, picks: {}, kept: {} },
    new Date(),
    [],
  );
  expect(told).toEqual({
    identity: 'ann@example.com',
    account: '7',
    scopes: ['repo', 'gist'],
    expires: '2027-01-15T08:00:00.000Z',
    created: '2026-01-02T03:04:05.000Z',
  });
});

test('what an answer tells is bounded', () => {
  const names = Array.from({ length: 1000 }, (_, index) => `scope${index}`);
  const told = readTold(
    { identity: { from: ['json.id'] }, scopes: { from: ['json.scopes'] } },
    answer(200, JSON.stringify({ id: 'x'.repeat(10_000), scopes: names })),
    { secret: 's', parts: {}, picks: {}, kept: {} },
    new Date(),
    [],
  );
  expect(told.identity).toHaveLength(300);
  expect(told.scopes).toHaveLength(200);
});
