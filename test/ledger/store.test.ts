import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import { parseFilter } from '../../src/ledger/filter.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { Secret } from '../../src/model/secret.ts';
import { value } from './candidates.ts';
import {
  dead,
  engines,
  everything,
  finding,
  freshLedger,
  freshPlace,
  live,
  newKeys,
  open,
  scanOf,
  usePostgres,
} from './ledgers.ts';

usePostgres();

const tree = (path: string) => ({ kind: 'file', path }) as const;
const git = (path: string, date = '2025-05-01T10:00:00Z') =>
  ({ kind: 'git', path, blob: 'b'.repeat(40), commit: 'c'.repeat(40), author: 'Ann', email: 'ann@example.com', date }) as const;

describe.each(engines)('a ledger in %s', (engine) => {
  test('a second scan updates and never duplicates', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one', { origins: [tree('a.ts'), git('a.ts')] });
    const two = finding('two');
    expect(await ledger.recordScan(scanOf(), [one, two], [])).toEqual({
      new: [one.id, two.id],
      still: [],
      gone: [],
      resurrected: [],
      releaked: [],
    });
    const later = scanOf({ endedAt: '2026-02-01T00:00:00.000Z' });
    const three = finding('three');
    const moved = {
      ...one,
      locations: one.locations.map((place) => ({ ...place, line: place.line + 40, start: 900, end: 910 })),
    };
    const outcome = await ledger.recordScan(later, [moved, two, three], []);
    expect(outcome).toMatchObject({ new: [three.id], still: [one.id, two.id], gone: [], releaked: [] });
    const found = await ledger.find(everything);
    expect(found.map(({ id }) => id).sort()).toEqual([one.id, two.id, three.id].sort());
    const again = await ledger.get(one.id);
    expect(again.locations.map(({ origin, line }) => [origin.kind, line])).toEqual([
      ['file', 41],
      ['git', 42],
    ]);
    expect(again).toMatchObject({ firstSeen: '2026-01-01T00:00:05.000Z', lastSeen: '2026-02-01T00:00:00.000Z', state: 'open' });
  });

  test('what a whole scan does not find again is gone, first from the tree, then from everywhere', async () => {
    const ledger = await freshLedger(engine);
    const both = finding('both', { origins: [tree('a.ts'), git('a.ts')] });
    const onlyTree = finding('only tree', { origins: [tree('b.ts')] });
    await ledger.recordScan(scanOf(), [both, onlyTree], []);
    const inHistory = { ...both, locations: both.locations.slice(1) };
    const outcome = await ledger.recordScan(scanOf(), [inHistory], []);
    expect([...outcome.gone].sort()).toEqual([both.id, onlyTree.id].sort());
    expect((await ledger.get(both.id)).state).toBe('open');
    expect((await ledger.get(onlyTree.id)).state).toBe('gone');
    expect((await ledger.recordScan(scanOf(), [], [])).gone).toEqual([both.id]);
    expect((await ledger.get(both.id)).state).toBe('gone');
    expect((await ledger.recordScan(scanOf(), [], [])).gone).toEqual([]);
  });

  test('what was gone and is back has leaked again', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one', { origins: [tree('a.ts'), git('a.ts')] });
    const inHistory = { ...one, locations: one.locations.slice(1) };
    await ledger.recordScan(scanOf(), [one], []);
    await ledger.recordScan(scanOf(), [inHistory], []);
    expect(await ledger.recordScan(scanOf(), [one], [])).toMatchObject({ still: [one.id], releaked: [one.id] });
    expect(await ledger.recordScan(scanOf(), [one], [])).toMatchObject({ still: [one.id], releaked: [] });
    await ledger.recordScan(scanOf(), [], []);
    expect(await ledger.recordScan(scanOf(), [inHistory], [])).toMatchObject({ releaked: [one.id] });
    expect((await ledger.get(one.id)).state).toBe('open');
  });

  test('nothing is called gone that was not looked at', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one', { origins: [tree('src/a.ts'), git('src/a.ts')] });
    await ledger.recordScan(scanOf(), [one], []);
    const [whole] = scanOf().targets;
    const all = () => true;
    const partial = [
      scanOf({ targets: [] }),
      scanOf({ targets: [{ ...whole!, tree: false, history: false }] }),
      scanOf({ targets: [{ ...whole!, tree: (path) => !path.startsWith('src/'), history: (path) => !path.startsWith('src/') }] }),
      scanOf({ root: '/other', targets: [{ root: '/other', tree: all, history: all }] }),
      scanOf({ host: 'another-machine', targets: [{ root: '/repo', tree: all, history: false }] }),
      scanOf({ looksFor: (pattern) => pattern !== one.pattern.id }),
      scanOf({ known: [one] }),
    ];
    for (const scan of partial) expect((await ledger.recordScan(scan, [], [])).gone).toEqual([]);
    const unread = (origin: { kind: 'file'; path: string } | { kind: 'repository'; repository: string }) =>
      ({ origin, reason: 'unreadable', detail: 'no permission' }) as const;
    const gaps = [unread({ kind: 'file', path: 'src/a.ts' }), unread({ kind: 'repository', repository: '.' })];
    expect((await ledger.recordScan(scanOf(), [], gaps)).gone).toEqual([]);
    expect((await ledger.recordScan(scanOf(), [], [])).gone).toEqual([one.id]);
  });

  test('a folder scanned by itself and with what is above it is one place', async () => {
    const ledger = await freshLedger(engine);
    const all = () => true;
    const inFolder = scanOf({ root: '/repo/src', targets: [{ root: '/repo/src', tree: all, history: false }] });
    await ledger.recordScan(inFolder, [finding('one', { origins: [tree('a.ts')] })], []);
    const above = finding('one', { origins: [tree('src/a.ts')] });
    expect(await ledger.recordScan(scanOf(), [above], [])).toMatchObject({ new: [], gone: [], releaked: [] });
    expect((await ledger.get(above.id)).locations).toHaveLength(1);
    expect((await ledger.recordScan(inFolder, [], [])).gone).toEqual([above.id]);
  });

  test('verdicts are kept as they change, and dead that lives is resurrected', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one', { verdict: live() });
    await ledger.recordScan(scanOf(), [one], []);
    expect(await ledger.recordVerdict(one.id, live(undefined, '2026-01-05T00:00:00.000Z'))).toBe('same');
    expect(await ledger.recordVerdict(one.id, dead())).toBe('changed');
    const unknown = {
      state: 'unknown',
      checkedAt: '2026-01-06T00:00:00.000Z',
      reason: 'rate limited',
      cause: new Error(value('one')),
    } as const;
    expect(await ledger.recordVerdict(one.id, unknown)).toBe('changed');
    expect(await ledger.recordVerdict(one.id, { state: 'unasked' })).toBe('same');
    expect(await ledger.recordScan(scanOf(), [{ ...one, verdict: live() }], [])).toMatchObject({ resurrected: [one.id] });
    const { verdicts } = await ledger.history(one.id);
    expect(verdicts.map(({ state }) => state)).toEqual(['live', 'dead', 'unknown', 'live']);
    expect(verdicts[0]).toMatchObject({ checkedAt: '2026-01-05T00:00:00.000Z' });
    expect((await ledger.get(one.id)).verdict).toMatchObject({ state: 'live', identity: 'ann@example.com' });
  });

  test('ids can be shortened, to what is still one', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one');
    const twin = { ...finding('twin'), fingerprint: `${one.fingerprint.slice(0, 6)}${finding('twin').fingerprint.slice(6)}` };
    await ledger.recordScan(scanOf(), [one, { ...twin, id: twin.fingerprint.slice(0, 12) }], []);
    expect((await ledger.get(one.id.slice(0, 8))).fingerprint).toBe(one.fingerprint);
    expect((await ledger.get(one.fingerprint.toUpperCase())).fingerprint).toBe(one.fingerprint);
    await expect(ledger.get(one.id.slice(0, 6))).rejects.toThrow(/several begin so/);
    await expect(ledger.get(one.id.slice(0, 3))).rejects.toThrow(/shortened to 4/);
    await expect(ledger.get('0000000000')).rejects.toThrow(/there is none/);
    await expect(ledger.get(value('pasted'))).rejects.toThrow(/^(?!.*pasted)looking for a finding: an id is made of/);
  });

  test('filters compose', async () => {
    const ledger = await freshLedger(engine, () => new Date('2026-03-01T00:00:00Z'));
    const aws = finding('aws', { provider: 'aws', severity: 'critical', verdict: live('deploy'), date: '2025-01-01T00:00:00Z' });
    const slack = finding('slack', { provider: 'slack', severity: 'medium', origins: [git('deploy/run.sh')] });
    await ledger.recordScan(scanOf(), [aws, slack], []);
    await ledger.decide([slack.id], { kind: 'assign', to: 'Chat Team' }, 'ann');
    const ids = async (text: string) => (await ledger.find(parseFilter(text))).map(({ id }) => id);
    expect(await ids('')).toEqual([aws.id, slack.id]);
    expect(await ids('provider=AWS verdict=live severity>high age>300d')).toEqual([aws.id]);
    expect(await ids('age<100d')).toEqual([slack.id]);
    expect(await ids('path~deploy/ source=git')).toEqual([slack.id]);
    expect(await ids('source!=git')).toEqual([aws.id]);
    expect(await ids('owner="chat team"')).toEqual([slack.id]);
    expect(await ids('owner=deploy state=open')).toEqual([aws.id]);
    expect(await ids("repository~team/app severity<high pattern='slack-api-key'")).toEqual([slack.id]);
    expect(await ids(`id=${aws.id.slice(0, 5)}`)).toEqual([aws.id]);
    expect(await ids('provider=aws provider=slack')).toEqual([]);
  });

  test('decisions hold, end and are remembered', async () => {
    let now = new Date('2026-01-10T00:00:00Z');
    const ledger = await freshLedger(engine, () => now);
    const [one, two] = [finding('one'), finding('two')];
    await ledger.recordScan(scanOf(), [one, two], []);
    await ledger.decide([one.id.slice(0, 8), two.id], { kind: 'ignore', reason: 'of the tests' }, 'ann');
    expect((await ledger.find(parseFilter('state=ignored'))).length).toBe(2);
    await ledger.decide([one.id], { kind: 'reopen' }, 'bob');
    await ledger.decide([one.id], { kind: 'accept', reason: 'rotation is planned', until: '2026-02-01T00:00:00.000Z' }, 'bob');
    expect(await ledger.get(one.id)).toMatchObject({ state: 'accepted', decision: { kind: 'accept', actor: 'bob' } });
    now = new Date('2026-02-02T00:00:00Z');
    expect((await ledger.get(one.id)).state).toBe('open');
    await ledger.decide([one.id], { kind: 'assign', to: 'carol' }, 'bob');
    expect(await ledger.get(one.id)).toMatchObject({ owner: 'carol', assignedTo: 'carol', decision: { kind: 'accept' } });
    expect((await ledger.history(one.id)).decisions.map(({ kind, actor }) => `${kind} ${actor}`)).toEqual([
      'ignore ann',
      'reopen bob',
      'accept bob',
      'assign bob',
    ]);
    await expect(ledger.decide([two.id, '00000000'], { kind: 'reopen' }, 'ann')).rejects.toThrow(/there is none/);
    expect((await ledger.get(two.id)).state).toBe('ignored');
  });

  test('revocations are kept in order, and the anchor of the journal only moves forward', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one');
    await ledger.recordScan(scanOf(), [one], []);
    const row = { finding: one.id, plan: 'p1', at: '2026-01-03T00:00:00.000Z' } as const;
    await ledger.recordRevocation({ ...row, state: 'requested', step: 's1' });
    await ledger.recordRevocation({ ...row, state: 'revoked', secondsToDead: 4, evidence: 'Bad credentials' });
    expect((await ledger.get(one.id)).revocation).toBe('revoked');
    expect((await ledger.revocations({ finding: one.id })).map(({ state }) => state)).toEqual(['requested', 'revoked']);
    expect(await ledger.revocations({ plan: 'p1', state: 'revoked' })).toEqual([
      { ...row, state: 'revoked', secondsToDead: 4, evidence: 'Bad credentials' },
    ]);
    expect(await ledger.revocations({ plan: 'another' })).toEqual([]);
    expect(await ledger.journalHead()).toBeUndefined();
    await ledger.anchor({ seq: 3, hash: 'aa' });
    await ledger.anchor({ seq: 3, hash: 'aa' });
    await ledger.anchor({ seq: 5, hash: 'bb' });
    await expect(ledger.anchor({ seq: 4, hash: 'cc' })).rejects.toThrow(/line 5/);
    await expect(ledger.anchor({ seq: 5, hash: 'cc' })).rejects.toThrow(/another one/);
    expect(await ledger.journalHead()).toEqual({ seq: 5, hash: 'bb' });
  });

  test('the places of a finding are told in the order in which it spread', async () => {
    const ledger = await freshLedger(engine);
    const one = finding('one', {
      origins: [tree('z.ts'), git('late.ts', '2025-06-01T00:00:00Z'), git('early.ts', '2024-06-01T00:00:00+02:00')],
    });
    await ledger.recordScan(scanOf(), [one], []);
    const { locations } = await ledger.history(one.id);
    expect(locations.map(({ origin }) => 'path' in origin && origin.path)).toEqual(['early.ts', 'late.ts', 'z.ts']);
  });

  test('values are opened by the identity, and by no other', async () => {
    const place = await freshPlace(engine);
    const keys = await newKeys();
    const another = value('other id', 20);
    const one = { ...finding('one', { parts: { id: value('one id', 20) } }), otherParts: { id: [new Secret(another)] } };
    const writer = await open(place, { recipients: keys.recipients });
    await writer.recordScan(scanOf(), [one], []);
    const stored = await writer.get(one.id);
    expect(stored.redacted).toBe(String(one.secret));
    await expect(writer.unseal(stored)).rejects.toThrow(/can write and not read/);
    const other = await open(place, await newKeys());
    await expect(other.unseal(stored)).rejects.toThrow(/sealed to others/);
    const reader = await open(place, keys);
    const { secret, parts, otherParts } = await reader.unseal(stored);
    expect([secret.reveal(), parts.id?.reveal()]).toEqual([value('one'), value('one id', 20)]);
    expect(otherParts?.id?.map((possible) => possible.reveal())).toEqual([another]);
  });

  test('whoever is added as a recipient can open what a scan sees again', async () => {
    const place = await freshPlace(engine);
    const [ann, bob] = [await newKeys(), await newKeys()];
    const [one, two] = [finding('one'), finding('two')];
    await (await open(place, ann)).recordScan(scanOf(), [one, two], []);
    const both = { ...bob, recipients: [...ann.recipients, ...bob.recipients] };
    const shared = await open(place, both);
    await expect(shared.unseal(await shared.get(one.id))).rejects.toThrow(/sealed to others/);
    await shared.recordScan(scanOf(), [one], []);
    expect((await shared.unseal(await shared.get(one.id))).secret.reveal()).toBe(value('one'));
    await expect(shared.unseal(await shared.get(two.id))).rejects.toThrow(/sealed to others/);
    const first = await open(place, ann);
    for (const { id, secret } of [one, two]) expect((await first.unseal(await first.get(id))).secret.equals(secret)).toBe(true);
  });

  test('another fingerprint key is refused, before anything is written', async () => {
    const ledger = await freshLedger(engine);
    await ledger.recordScan(scanOf({ keyCheck: 'a'.repeat(32) }), [finding('one')], []);
    await expect(ledger.recordScan(scanOf({ keyCheck: 'b'.repeat(32) }), [finding('two')], [])).rejects.toThrow(/QUASH_KEY/);
    expect(await ledger.find(everything)).toHaveLength(1);
  });

  test('a ledger that a newer version made is refused', async () => {
    const place = await freshPlace(engine);
    const database = await openDatabase(place);
    await database.write(async (tx) => {
      await sql`insert into kysely_migration (name, timestamp) values ('999-of-tomorrow', '2030-01-01T00:00:00Z')`.execute(tx);
    });
    await database.close();
    await expect(openLedger({ place, keys: { recipients: [] } })).rejects.toThrow(/a newer quash made it/);
  });

  test('an export is taken over whole by another ledger, sealed as it is', async () => {
    const keys = await newKeys();
    const from = await open(await freshPlace(engine), keys);
    const one = finding('one', { verdict: live(), origins: [tree('a.ts'), git('a.ts')] });
    const two = finding('two');
    await from.recordScan(scanOf({ keyCheck: 'a'.repeat(32) }), [one, two], []);
    await from.decide([two.id], { kind: 'ignore', reason: 'of the tests' }, 'ann');
    const lines = [];
    for await (const line of from.exportSealed(await from.find(everything))) lines.push(line);
    expect(JSON.stringify(lines)).not.toContain(value('one'));
    const to = await open(await freshPlace(engine === 'sqlite' ? 'postgres' : 'sqlite'), keys);
    expect(await to.importSealed(JSON.parse(JSON.stringify(lines)))).toEqual({ new: 2, known: 0 });
    expect(await to.importSealed(lines)).toEqual({ new: 0, known: 2 });
    expect(await to.find(everything)).toEqual(await from.find(everything));
    expect(await to.history(two.id)).toEqual(await from.history(two.id));
    expect((await to.unseal(await to.get(one.id))).secret.reveal()).toBe(value('one'));
  });

  test('thousands of findings are kept and opened', async () => {
    const ledger = await freshLedger(engine);
    const many = Array.from({ length: 1200 }, (_, at) => finding(`many ${at}`));
    expect((await ledger.recordScan(scanOf(), many, [])).new).toHaveLength(1200);
    expect((await ledger.recordScan(scanOf(), many.slice(0, 1100), [])).gone).toHaveLength(100);
    const last = await ledger.get(many[1050]!.id);
    expect((await ledger.unseal(last)).secret.equals(many[1050]!.secret)).toBe(true);
  });
});

test('no byte of the database holds a secret, wherever it stood', async () => {
  const place = await freshPlace('sqlite');
  if (place.kind !== 'sqlite') throw new Error('not a file');
  const ledger = await open(place, await newKeys());
  const secret = value('one');
  const part = value('one id', 20);
  const one = finding('one', { parts: { id: part }, origins: [tree(`keys/${secret}.txt`), git(`old/${part}/${secret}`)] });
  const told = { state: 'dead', checkedAt: '2026-01-01T00:00:00.000Z', evidence: `no such key: ${secret}` } as const;
  const gap = { origin: { kind: 'file', path: `${secret}.bin` }, reason: 'too-large', detail: `${secret}.bin is large` } as const;
  const noted = { ...one, verdict: told, locations: one.locations.map((where) => ({ ...where, context: `key = ${secret}` })) };
  await ledger.recordScan(scanOf(), [noted], [gap]);
  await ledger.recordScan(scanOf(), [noted], [gap]);
  const bytes = readdirSync(dirname(place.file)).map((name) => readFileSync(join(dirname(place.file), name)));
  expect(bytes.length).toBeGreaterThan(1);
  const all = Buffer.concat(bytes);
  expect(all.includes('no such key')).toBe(true);
  expect(all.includes(one.fingerprint)).toBe(true);
  for (const text of [secret, part, Buffer.from(secret).toString('base64').slice(0, 40), Buffer.from(secret).toString('hex')]) {
    expect(all.includes(text)).toBe(false);
  }
  expect((await ledger.get(one.id)).locations).toHaveLength(2);
});

test.skipIf(process.platform === 'win32')('a ledger is its user’s alone', async () => {
  const place = await freshPlace('sqlite');
  if (place.kind !== 'sqlite') throw new Error('not a file');
  const ledger = await open(place, await newKeys());
  await ledger.recordScan(scanOf(), [finding('one')], []);
  const folder = dirname(place.file);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  const modes = readdirSync(folder).map((name) => [name, statSync(join(folder, name)).mode & 0o777]);
  expect(modes.length).toBeGreaterThan(1);
  expect(modes.filter(([, mode]) => mode !== 0o600)).toEqual([]);
});
