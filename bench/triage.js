// The terminal UI over a ledger of 50,000 findings: start to first paint and to the whole list, and key to paint, in a
// pseudo-terminal of 160 columns and 50 rows. `node bench/triage.js [ROUNDS]`; it needs a build and python3.

import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readKeys } from '../dist/src/ledger/keys.js';
import { openLedger } from '../dist/src/ledger/open-ledger.js';
import { Secret } from '../dist/src/model/secret.js';
import { loadPatterns } from '../dist/src/patterns/pattern-set.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/src/cli.js');
const helper = join(root, 'test/triage/run-in-terminal.py');
const count = 50_000;
const rounds = Number(process.argv[2] ?? 3);
const home = mkdtempSync(join(tmpdir(), 'quash-bench-'));
process.on('exit', () => rmSync(home, { recursive: true, force: true }));
const env = { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', QUASH_OFFLINE: '1', QUASH_EGRESS: 'loopback' };
const painted = '\x1b[?2026l';

/** Findings of every pattern, in several places each, made at once. */
async function fillLedger() {
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
function start() {
  const startedAt = performance.now();
  const command = [process.execPath, cli, 'triage'];
  const child = spawn('python3', [helper, '160', '50', ...command], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  let text = '';
  let heard = () => {};
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    heard();
  });
  const until = (isThere) =>
    new Promise((resolve) => {
      heard = () => {
        if (!isThere(text)) return;
        heard = () => {};
        resolve(performance.now());
      };
      heard();
    });
  return {
    startedAt,
    until,
    press(key) {
      text = '';
      const pressedAt = performance.now();
      child.stdin.write(`${JSON.stringify({ type: key })}\n`);
      return until((all) => all.includes(painted)).then((at) => at - pressedAt);
    },
    ended: new Promise((resolve) => child.on('close', resolve)),
  };
}

function nothing() {
  const at = performance.now();
  spawnSync('python3', [helper, '160', '50', process.execPath, '-e', '0'], { env, input: '' });
  return performance.now() - at;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

await fillLedger();
// Bare Node is started the same way, through the same helper: what that costs falls out of the difference, not of the ratio.
const bare = [];
const first = [];
const whole = [];
const keys = new Map();
for (let round = 0; round <= rounds; round++) {
  const bareMs = nothing();
  const ui = start();
  const firstMs = (await ui.until((all) => all.includes(painted))) - ui.startedAt;
  const wholeMs = (await ui.until((all) => all.includes('50,000 findings'))) - ui.startedAt;
  // A moment in which it makes ready for the first filter.
  await ui.press('j');
  if (round > 0) {
    bare.push(bareMs);
    first.push(firstMs);
    whole.push(wholeMs);
  }
  for (const key of [
    'j',
    'k',
    '\x1b[6~',
    'G',
    '<',
    ' ',
    'a',
    'a',
    'g',
    's',
    '/',
    't',
    'e',
    'a',
    'm',
    '\x7f',
    '\r',
    '\r',
    'G',
    '\x1b',
    '?',
    '\x1b',
  ]) {
    const ms = await ui.press(key);
    const known = keys.get(key) ?? [];
    if (round > 0) known.push(ms);
    keys.set(key, known);
  }
  void ui.press('q');
  await ui.ended;
}
const rows = [
  ['node -e 0', median(bare)],
  ['start to first paint', median(first)],
  ['start to the whole list', median(whole)],
  ...[...keys].map(([key, times]) => [`key ${JSON.stringify(key)} to paint, median of ${times.length}`, median(times)]),
  ['key to paint, worst of all', Math.max(...[...keys.values()].flat())],
];
for (const [name, ms] of rows) process.stdout.write(`${name.padEnd(44)} ${ms.toFixed(1).padStart(8)} ms\n`);
process.stdout.write(
  `${'first paint, as a multiple of node -e 0'.padEnd(44)} ${(median(first) / median(bare)).toFixed(1).padStart(8)}\n`,
);
