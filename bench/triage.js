// The terminal UI over a ledger of 50,000 findings, in a pseudo-terminal of 160 columns and 50 rows.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readKeys } from '../dist/src/ledger/keys.js';
import { openLedger } from '../dist/src/ledger/open-ledger.js';
import { Secret } from '../dist/src/model/secret.js';
import { loadPatterns } from '../dist/src/patterns/pattern-set.js';
import { busySeconds } from './measure.js';

const helper = fileURLToPath(new URL('../test/triage/run-in-terminal.py', import.meta.url));
const count = 50_000;
/** As fast as nobody types. */
const betweenMs = 40;
/** What Ink ends every frame with: the end of a synchronised update, mode 2026 of xterm. */
const painted = '\x1b[?2026l';

/** Every kind of key: moving, selecting, sorting, grouping, filtering letter by letter, the detail, help. Each changes what is seen. */
const typed = [
  ...['j', 'k', '\x1b[6~', 'G', '<', ' ', 'a', 'a', 's', 's', 's', 's', 's', 'g', 'g', 'g', 'g', 'g'],
  ...['/', 't', 'e', 'a', 'm', '-', '7', '\x7f', ' ', 'l', 'i', 'v', 'e', '\r', '\r', '\x1b', '\x1b', '?', '\x1b'],
];

/** Findings of every pattern, in several places each, made at once. */
export async function fillLedger(cli, home, env) {
  mkdirSync(home, { recursive: true });
  execFileSync(process.execPath, [cli, 'keys', 'init'], { env, stdio: 'ignore' });
  const { set } = await loadPatterns({});
  const ledger = await openLedger({
    place: { kind: 'sqlite', file: join(home, '.local/share/quash/ledger.db') },
    keys: await readKeys(env),
  });
  const states = ['live', 'dead', 'dead', 'unknown'];
  const checkedAt = '2026-05-01T08:00:00.000Z';
  const findings = Array.from({ length: count }, (_, at) => {
    const fingerprint = createHash('sha256').update(String(at)).digest('hex');
    const state = states[at % states.length];
    const said = state === 'unknown' ? { reason: 'a timeout' } : { evidence: 'it said so', identity: `user-${at % 977}` };
    return {
      id: fingerprint.slice(0, 12),
      fingerprint,
      pattern: set.patterns[at % set.patterns.length],
      secret: new Secret(fingerprint),
      parts: {},
      entropy: 4,
      confidence: 1,
      verdict: { state, checkedAt, ...said },
      locations: Array.from({ length: 1 + (at % 3) }, (__, copy) => ({
        origin: { kind: 'file', path: `services/team-${at % 211}/config/${at}-${copy}.env` },
        start: 0,
        end: 64,
        line: 1 + copy,
        column: 1,
        endLine: 1 + copy,
        endColumn: 65,
        context: 'TOKEN=abc…xyz (redacted)',
      })),
    };
  });
  const startedAt = '2026-05-01T07:00:00.000Z';
  const scan = { startedAt, endedAt: checkedAt, actor: 'bench', host: 'bench', version: '0', bytes: 1, objects: 1, root: home };
  await ledger.recordScan({ ...scan, targets: [{ root: home, tree: () => true, history: false }] }, findings, []);
  await ledger.close();
}

/** Starts it, and gives what tells when it painted. */
function start(cli, env) {
  const startedAt = performance.now();
  const child = spawn('python3', [helper, '160', '50', process.execPath, cli, 'triage'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    heard();
  });
  const ended = new Promise((resolve) => child.on('close', resolve));
  const until = (isThere) =>
    new Promise((resolve, reject) => {
      const fail = (what) => reject(new Error(`quash triage ${what}: ${JSON.stringify(text.slice(-500))}`));
      void ended.then(() => fail('ended early'));
      const limit = setTimeout(() => fail('did not paint'), 120_000);
      heard = () => {
        if (!isThere(text)) return;
        heard = () => {};
        clearTimeout(limit);
        resolve(performance.now());
      };
      heard();
    });
  return {
    until: async (isThere) => (await until(isThere)) - startedAt,
    async press(key) {
      // What the last key led to, such as reading a finding that was opened, is over before the next is pressed.
      await wait(betweenMs);
      const from = text.length;
      const pressedAt = performance.now();
      child.stdin.write(`${JSON.stringify({ type: key })}\n`);
      return (await until((all) => all.includes(painted, from))) - pressedAt;
    },
    async quit() {
      child.stdin.write(`${JSON.stringify({ type: 'q' })}\n`);
      await ended;
    },
  };
}

/** Bare Node, started through the same helper: what that costs falls out of the difference, not of the ratio. */
function nothing(env) {
  const at = performance.now();
  spawnSync('python3', [helper, '160', '50', process.execPath, '-e', '0'], { env, input: '' });
  return performance.now() - at;
}

/** Cores that are busy with something else, in a second in which nothing of ours runs. */
async function busyElsewhere() {
  const [busy, at] = [busySeconds(), performance.now()];
  await wait(1000);
  return ((busySeconds() - busy) * 1000) / (performance.now() - at);
}

function quantile(values, part) {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))];
}

/** Starts and keys of so many rounds over a ledger that is there, after one that warms up. Times are in milliseconds. */
export async function measureTriage(cli, env, rounds) {
  const figures = { bare: [], first: [], rows: [], whole: [], early: [], keys: [], elsewhere: [] };
  for (let round = 0; round <= rounds; round++) {
    figures.elsewhere.push(await busyElsewhere());
    const bare = nothing(env);
    const ui = start(cli, env);
    const first = await ui.until((all) => all.includes(painted));
    const rows = await ui.until((all) => /live.*critical/.test(all));
    // While the list still fills.
    const early = [];
    for (const key of ['j', 'j', 'j', 'j']) early.push(await ui.press(key));
    const whole = await ui.until((all) => all.includes('50,000 findings'));
    const keys = [];
    for (const key of typed) keys.push({ key, ms: await ui.press(key) });
    await ui.quit();
    if (round === 0) continue;
    figures.bare.push(bare);
    figures.first.push(first);
    figures.rows.push(rows);
    figures.whole.push(whole);
    figures.early.push(...early);
    figures.keys.push(...keys);
  }
  const all = figures.keys.map(({ ms }) => ms);
  const byKey = [...new Set(typed)].map((key) => ({
    key,
    ms: quantile(
      figures.keys.filter((one) => one.key === key).map(({ ms }) => ms),
      0.5,
    ),
  }));
  return {
    elsewhere: quantile(figures.elsewhere, 0.5),
    bare: quantile(figures.bare, 0.5),
    first: quantile(figures.first, 0.5),
    rows: quantile(figures.rows, 0.5),
    whole: quantile(figures.whole, 0.5),
    early: quantile(figures.early, 0.95),
    keys: { median: quantile(all, 0.5), p95: quantile(all, 0.95), worst: Math.max(...all) },
    byKey,
    // Of each round on its own, so that a busy moment hits both sides.
    firstByBare: quantile(
      figures.first.map((ms, at) => ms / figures.bare[at]),
      0.5,
    ),
  };
}
