import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/model/verdict.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { approvalsOf, approvePlan, bySomebodyElse } from '../../src/revoke/approval.ts';
import { type PolicyScene, type Proposal, policyOf, readPolicy } from '../../src/revoke/policy.ts';
import { temporaryFolder } from '../cli/binary.ts';

const { set } = await loadPatterns();
const pattern = set.patterns.find(({ id }) => id === 'github-pat-classic')!;
const live: Verdict = { state: 'live', checkedAt: '', evidence: '', identity: 'Ann@Example.com', account: 'acme' };

function refusal(yaml: string, { verdict = live, isStarted = false, ...scene }: Partial<PolicyScene> & Partial<Proposal> = {}) {
  const file = join(temporaryFolder(), 'policy.yaml');
  writeFileSync(file, yaml);
  const all: PolicyScene = { actor: 'ann@laptop', now: () => new Date('2026-11-24T12:30:00Z'), approvals: () => [], ...scene };
  return policyOf([readPolicy(file)!], all).refusal({
    credential: { id: 'abcdef123456', pattern },
    step: { provider: 'github', isProvable: true },
    verdict,
    isStarted,
  });
}

describe('what a policy refuses, and why', () => {
  test.each([
    ['nothing', '{}', undefined],
    ['an empty file', '', undefined],
    ['the owner, by a pattern', "owners: ['*@example.com']", undefined],
    ['the account', 'owners: [acme]', undefined],
    ['another owner', 'owners: [bob]', /whose credentials the policy does not let/],
    ['half of a name', "owners: ['*@example']", /does not let/],
    ['a name in the middle', "owners: ['a*e*.com']", undefined],
    ['the provider', 'providers: [github, gitlab]', undefined],
    ['another provider', 'providers: [gitlab]', /of gitlab.* and not of github/],
    ['the responder', 'by: [ann]', undefined],
    ['the responder on this machine', "by: ['ann@laptop']", undefined],
    ['another responder', 'by: [bob]', /bob revoke, and not ann@laptop/],
    ['never: this provider', 'never: [{ provider: github, why: call Eve }]', /never lets it be revoked: call Eve/],
    ['never: this owner of another provider', 'never: [{ provider: gitlab, owner: acme }]', undefined],
    ['never: this owner', 'never: [{ owner: ACME }]', /never/],
    ['never: this finding', 'never: [{ finding: abcdef }]', /never/],
    ['never: this severity', 'never: [{ severity: critical }]', /never/],
    ['hours, within', 'hours: { from: "09:00", to: "17:00" }', undefined],
    ['hours, outside', 'hours: { from: "09:00", to: "12:30" }', /mon, tue.* from 09:00 to 12:30/],
    ['hours, elsewhere in the world', 'hours: { from: "09:00", to: "17:00", zone: Asia/Tokyo }', /Asia\/Tokyo/],
    ['hours over midnight', 'hours: { from: "22:00", to: "13:00" }', undefined],
    ['hours over midnight, of a day before that is not open', 'hours: { from: "22:00", to: "13:00", days: [tue] }', /tue from/],
    ['days', 'hours: { from: "00:00", to: "23:59", days: [sat, sun] }', /sat, sun/],
    ['hours, but not for this', 'hours: { from: "01:00", to: "02:00", except: [{ severity: critical }] }', undefined],
    ['approval', 'approval: { signers: s }', /approval of a second person.*quash approve/],
    ['approval of something else', 'approval: { signers: s, when: [{ provider: aws }] }', undefined],
    ['approval of this', 'approval: { signers: s, when: [{ provider: aws }, { provider: github }] }', /second person/],
  ])('%s', (_, yaml, expected) => {
    const why = refusal(yaml);
    if (expected === undefined) expect(why).toBeUndefined();
    else expect(why).toMatch(expected);
  });

  test('one whose provider does not tell whose it is, where owners are named', () => {
    const verdict: Verdict = { state: 'unverifiable' };
    expect(refusal('owners: [acme]', { verdict })).toMatch(/does not tell whose it is/);
    expect(refusal('providers: [github]', { verdict })).toBeUndefined();
  });

  test('approvals count', () => {
    const yaml = 'approval: { signers: s, count: 2 }';
    expect(refusal(yaml, { approvals: () => ['bob'] })).toMatch(/2 approvals, and there is 1/);
    expect(refusal(yaml, { approvals: () => ['bob', 'eve'] })).toBeUndefined();
  });

  test('what was begun in its hours is brought to its end outside of them, and never what is never to be', () => {
    expect(refusal('hours: { from: "01:00", to: "02:00" }', { isStarted: true })).toBeUndefined();
    expect(refusal('approval: { signers: s }', { isStarted: true })).toBeUndefined();
    expect(refusal('never: [{ provider: github }]', { isStarted: true })).toMatch(/never/);
  });

  test('of two policies the stricter wins', () => {
    const scene: PolicyScene = { actor: 'ann@laptop', now: () => new Date(), approvals: () => [] };
    const proposal: Proposal = {
      credential: { id: 'abcdef123456', pattern },
      step: { provider: 'github', isProvable: true },
      verdict: live,
      isStarted: false,
    };
    expect(policyOf([{}, { providers: ['gitlab'] }], scene).refusal(proposal)).toMatch(/gitlab/);
    expect(policyOf([{ providers: ['gitlab'] }, {}], scene).refusal(proposal)).toMatch(/gitlab/);
  });

  test.each([
    ['owner: [acme]', /owner/],
    ['hours: { from: "9", to: "17:00" }', /09:00/],
    ['hours: { from: "09:00", to: "17:00", zone: Mars/Base }', /Mars\/Base/],
    ['owners: [', /not YAML/],
  ])('a policy that cannot be read stops everything: %s', (yaml, message) => {
    expect(() => refusal(yaml)).toThrow(message);
  });
});

describe('approvals', () => {
  const folder = temporaryFolder();
  const hash = 'a'.repeat(64);
  const signers = join(folder, 'signers');

  function makeKey(name: string): { readonly key: string; readonly line: string } {
    const key = join(folder, name);
    const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', key], { encoding: 'utf8' });
    expect(made.status, made.stderr).toBe(0);
    const printed = spawnSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).stdout.trim();
    return { key, line: `${name}@example.com namespaces="quash" ${printed}` };
  }

  const bob = makeKey('bob');
  const ann = makeKey('ann');
  const eve = makeKey('eve');
  writeFileSync(signers, `${bob.line}\n${ann.line}\n`);

  function plansFile(): string {
    const file = join(temporaryFolder(), 'plan.json');
    writeFileSync(file, '{}');
    return file;
  }

  test('a signature of a signer over this plan counts', () => {
    const file = plansFile();
    approvePlan(hash, file, bob.key);
    expect(approvalsOf(hash, file, signers)).toMatchObject([{ principal: 'bob@example.com' }]);
    expect(bySomebodyElse(approvalsOf(hash, file, signers), 'ann@laptop', join(folder, 'none'))).toEqual(['bob@example.com']);
  });

  test('one of a stranger, of another plan, of another purpose, or none at all does not', () => {
    const file = plansFile();
    approvePlan(hash, file, eve.key);
    approvePlan('b'.repeat(64), file, bob.key);
    writeFileSync(`${file}.junk.sig`, 'no signature');
    const message = `quash plan ${hash}\n`;
    const other = spawnSync('ssh-keygen', ['-Y', 'sign', '-f', bob.key, '-n', 'git'], { input: message, encoding: 'utf8' });
    writeFileSync(`${file}.git.sig`, other.stdout);
    expect(readdirSync(join(file, '..')).filter((name) => name.endsWith('.sig'))).toHaveLength(4);
    expect(approvalsOf(hash, file, signers)).toEqual([]);
  });

  test('the approver is not who applies: neither by name, nor by a key of theirs', () => {
    const file = plansFile();
    approvePlan(hash, file, bob.key);
    approvePlan(hash, file, ann.key);
    const given = approvalsOf(hash, file, signers);
    expect(given).toHaveLength(2);
    expect(bySomebodyElse(given, 'ann@laptop', join(folder, 'none'))).toEqual(['bob@example.com']);
    const ssh = join(temporaryFolder(), 'ssh');
    mkdirSync(ssh);
    copyFileSync(`${bob.key}.pub`, join(ssh, 'id_ed25519.pub'));
    expect(bySomebodyElse(given, 'ann@laptop', ssh)).toEqual([]);
    // Twice by one person is once.
    approvePlan(hash, `${file}`, bob.key);
    expect([...bySomebodyElse(approvalsOf(hash, file, signers), 'carol@laptop', join(folder, 'none'))].sort()).toEqual(
      ['ann@example.com', 'bob@example.com'].sort(),
    );
  });

  test('without a file of signers nothing is approved', () => {
    expect(() => approvalsOf(hash, plansFile(), join(folder, 'nowhere'))).toThrow(/no file of signers/);
  });
});
