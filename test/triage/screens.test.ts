import { describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import type { RevocationResult } from '../../src/model/revocation.ts';
import type { StoredFinding, StoredLocation } from '../../src/model/stored-finding.ts';
import { displayWidth } from '../../src/report/display-width.ts';
import { createPaint } from '../../src/report/paint.ts';
import { planText } from '../../src/report/plan-text.ts';
import { drawnOf, paintedOf } from '../../src/triage/screens.ts';
import { bodyHeight, type DetailHistory, type Event, startState, type TriageState } from '../../src/triage/state.ts';
import { update } from '../../src/triage/update.ts';
import { storedFinding } from './stored-findings.ts';

// Every screen as it is to be seen, in the smallest terminal that is promised and in a large one. What they should look like
// lies beside this file; `npx vitest run -u` writes it anew.

const now = new Date('2026-06-01T00:00:00Z');
const sizes = [
  { columns: 80, rows: 24 },
  { columns: 160, rows: 50 },
];

const base = storedFinding(1, { owner: 'octocat', path: 'deploy/production.env' });
const [place] = base.locations as [StoredLocation];
const commit = 'c'.repeat(40);
const locations: readonly StoredLocation[] = [
  {
    ...place,
    origin: {
      kind: 'git',
      path: 'deploy/production.env',
      blob: 'b'.repeat(40),
      commit,
      author: 'Ben Builder',
      email: 'ben@example.com',
      date: '2026-03-02T08:00:00+01:00',
      lastCommit: 'd'.repeat(40),
      versions: 3,
    },
    context: 'GITHUB_TOKEN=abc…xyz (redacted)',
    place: 'github.com/team/shop',
    gone: '2026-04-01T00:00:00.000Z',
  },
  {
    ...place,
    origin: {
      kind: 'chat',
      system: 'slack',
      path: 'slack-export.zip',
      member: 'deploys/2026-03-21.json',
      channel: 'deploys',
      author: { name: 'Ben Builder', email: 'ben@example.com' },
      timestamp: '2026-03-21T14:03:00.000Z',
      permalink: 'https://shop.slack.com/archives/C03OPS/p1774101780000100',
    },
    context: 'the github token until friday: `GITHUB_TOKEN=abc…xyz (redacted)`',
  },
];
const first: StoredFinding = {
  ...base,
  verdict: {
    state: 'live',
    checkedAt: '2026-05-01T00:00:00.000Z',
    evidence: 'api.github.com answered 200, login is there',
    identity: 'octocat',
    scopes: ['repo', 'read:org'],
    expires: '2027-03-01T08:00:00.000Z',
    asked: [
      {
        at: '2026-05-01T00:00:00.000Z',
        method: 'GET',
        url: 'https://api.github.com/user',
        status: 200,
        outcome: 'live: 200, login is there',
      },
    ],
  },
  locations,
};
const findings = [
  first,
  storedFinding(2, { provider: 'gitlab', verdict: 'dead', owner: 'a-team-with-a-long-name@example.com' }),
  {
    ...storedFinding(3, { verdict: 'unknown', owner: 'octocat', path: 'wide/漢字漢字漢字漢字漢字/値.env' }),
    state: 'accepted' as const,
  },
  storedFinding(4, { path: 'hostile/\x1b[2J\u202eevil\u200b.env', owner: '\x1b]0;title\x07' }),
];
const history: DetailHistory = {
  verdicts: [first.verdict],
  decisions: [{ kind: 'assign', to: 'ann@example.com', actor: 'ben', at: '2026-05-02T09:00:00.000Z' }],
  revocations: [],
  locations,
  fate: { mints: true, how: 'an API, by the credential itself; cannot be undone' },
  subjects: new Map([[commit, 'Configure the deployment \x1b[31m']]),
};
const plan: Plan = {
  id: 'f00dfacecafe',
  hash: 'f00dfacecafe'.padEnd(64, '0'),
  createdAt: '2026-06-01T00:00:00.000Z',
  purpose: 'revoke',
  by: 'ann@host',
  steps: [
    {
      id: '1',
      findings: [first.id],
      provider: 'github',
      revoker: 'github',
      tasks: ['revoke'],
      authority: 'admin',
      needs: { what: 'an app of the organization', from: 'the environment: GITHUB_ADMIN', isThere: true },
      calls: [
        {
          does: 'Reports the tokens to GitHub as leaked, which revokes them.',
          kind: 'act',
          method: 'POST',
          url: 'https://api.github.com/credentials/revoke',
          headers: {},
          body: '{"credentials":["{secret}"]}',
        },
      ],
      reversible: false,
      undoUntil: null,
      cascade: 'each token alone; GitHub writes to its owner, and cannot bring it back',
      survives: 'SSH keys and other tokens of the same user',
      manual: null,
      children: [],
      confirms: [],
      isProvable: true,
      credentials: [
        {
          finding: first.id,
          pattern: first.pattern.id,
          name: first.pattern.name,
          redacted: first.redacted,
          verdict: 'live',
          checkedAt: '2026-06-01T00:00:00.000Z',
          where: ['deploy/production.env:1'],
          locations: 2,
          identity: 'octocat',
        },
      ],
    },
  ],
  left: [],
};
const planned = { plan, text: planText(plan, { color: false }) };
const result: RevocationResult = {
  finding: first.id,
  state: 'revoked',
  evidence: 'api.github.com answered 401, message is "Bad credentials"',
  secondsToDead: 1.4,
  undoUntil: null,
  step: '1',
};
const journalled = [
  '00:00:01  planned',
  `00:00:01  begun     ${first.id}  POST https://api.github.com/credentials/revoke`,
  `00:00:02  answered  ${first.id}  accepted  api.github.com answered 202`,
  `00:00:03  proved    ${first.id}  dead  api.github.com answered 401, message is "Bad credentials"`,
];

function after(state: TriageState, ...events: readonly (Event | string)[]): TriageState {
  return events.reduce<TriageState>(
    (one, event) => update(one, typeof event === 'string' ? { kind: 'key', key: event } : event).state,
    state,
  );
}

/** The plan carries the ids that it was asked for by. */
function withPlan(state: TriageState): TriageState {
  const asked = after(state, 'R');
  if (asked.screen.kind !== 'plan') throw new Error('no plan is shown');
  return after(asked, { kind: 'planned', ids: asked.screen.ids, planned });
}

const screens: Readonly<Record<string, (list: TriageState) => TriageState>> = {
  list: (list) => list,
  groups: (list) => after(list, 'g', ' '),
  filter: (list) => after(list, '/', ...'verdict=li'),
  question: (list) => after(list, 'A'),
  detail: (list) => after(list, 'enter', { kind: 'opened', finding: first, history }),
  spread: (list) => after(list, 'enter', { kind: 'opened', finding: first, history }, 'n'),
  plan: withPlan,
  confirm: (list) => after(withPlan(list), 'enter', ...'git', 'enter'),
  doing: (list) =>
    after(
      withPlan(list),
      'enter',
      ...'github',
      'enter',
      ...journalled.slice(0, 2).map((line): Event => ({ kind: 'progress', line })),
    ),
  proof: (list) =>
    after(
      withPlan(list),
      'enter',
      ...'github',
      'enter',
      ...journalled.map((line): Event => ({ kind: 'progress', line })),
      { kind: 'result', result },
      { kind: 'applied', results: [result] },
    ),
  help: (list) => after(list, '?'),
  palette: (list) => after(list, ':', ...'re'),
  scanning: () => after(startState(list80, '', now), { kind: 'scan' }, { kind: 'scanning', progress: 'history 45%, 120 of 266' }),
};
const list80 = sizes[0]!;

function textOf(state: TriageState, color = false): string {
  const { head, body, foot } = paintedOf(drawnOf(state), createPaint(color));
  const filled = [...body, ...Array<string>(bodyHeight(state) - body.length).fill('')];
  return `${[...head, ...filled, ...foot].map((line) => line.trimEnd()).join('\n')}\n`;
}

describe.each(sizes)('$columns x $rows', (size) => {
  const list = after(startState(size, '', now), { kind: 'loaded', findings, now });

  test.each(Object.keys(screens))('%s', async (name) => {
    const state = { ...screens[name]!(list), ...size };
    const text = textOf(state);
    const lines = text.slice(0, -1).split('\n');
    expect(lines).toHaveLength(size.rows - 1);
    for (const line of lines) {
      expect(displayWidth(line)).toBeLessThanOrEqual(size.columns);
      // Nothing that steers a terminal, turns text around or hides in it.
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    await expect(text).toMatchFileSnapshot(`screens/${name}-${size.columns}x${size.rows}.txt`);
  });

  test.each(Object.keys(screens))('%s reads the same in colours, which suit light terminals as well as dark ones', (name) => {
    const state = screens[name]!(list);
    const colored = textOf(state, true);
    const codes = [...colored.matchAll(/\x1b\[([0-9;]*)m/g)].map(([, code]) => code);
    // The terminal's own colours, and no background: neither black nor white is counted on.
    for (const code of codes) expect(code).toMatch(/^(?:1|2|7|22|27|3[1-6]|39)$/);
    expect(colored.replace(/\x1b\[[0-9;]*m/g, '').replace(/ +$/gm, '')).toBe(textOf(state));
  });
});
