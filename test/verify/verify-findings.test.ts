import { expect, test } from 'vitest';
import type { Finding } from '../../src/model/finding.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { type VerifyOptions, verifyFindings } from '../../src/verify/verify-findings.ts';

const { set } = await loadPatterns({});
const pattern = set.patterns.find(({ id }) => id === 'twilio-auth-token')!;
const checkedAt = '2026-01-02T03:04:05.000Z';

function finding(): Finding {
  return {
    id: 'f1',
    fingerprint: 'f1',
    pattern,
    secret: new Secret('the-secret-itself'),
    parts: { 'account-sid': new Secret('nearest') },
    otherParts: { 'account-sid': [new Secret('further')] },
    entropy: 3,
    confidence: 1,
    verdict: { state: 'unasked' },
    locations: [],
  };
}

async function judged(more: Partial<VerifyOptions>): Promise<Finding> {
  const options = { now: () => new Date(checkedAt), signal: new AbortController().signal, ...more };
  return (await verifyFindings([finding()], options))[0]!;
}

test('where nobody is asked, the pattern says why', async () => {
  const asked = { askerOf: () => undefined };
  expect((await judged({ ...asked, whyNobody: () => 'asking calls the function' })).verdict).toEqual({
    state: 'unverifiable',
    reason: 'asking calls the function',
  });
  expect((await judged(asked)).verdict).toEqual({ state: 'unverifiable' });
});

test('a secret that was seen alive keeps the parts that it was seen with, and no others', async () => {
  const live: Verdict = { state: 'live', checkedAt, evidence: 'it answered' };
  const found = await judged({ askerOf: () => async () => ({ verdict: live, parts: { 'account-sid': new Secret('further') } }) });
  expect(found.verdict).toMatchObject({ state: 'live' });
  expect(found.parts['account-sid']?.reveal()).toBe('further');
  expect(found).not.toHaveProperty('otherParts');
});

test('one that was not, or of which only an earlier run knows that it was, keeps all that its parts may be', async () => {
  const unknown: Verdict = { state: 'unknown', checkedAt, reason: 'several' };
  const live: Verdict = { state: 'live', checkedAt, evidence: 'it answered' };
  const cache = { get: () => live, put: () => expect.unreachable() };
  const neverAsked = () => () => Promise.reject(new Error('asked'));
  for (const found of [
    await judged({ askerOf: () => async () => ({ verdict: unknown }) }),
    await judged({ askerOf: neverAsked, cache }),
  ]) {
    expect(found.parts['account-sid']?.reveal()).toBe('nearest');
    expect(found.otherParts?.['account-sid']?.map((one) => one.reveal())).toEqual(['further']);
  }
});
