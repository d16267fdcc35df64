import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { readText } from '../flags/values.ts';
import type { Options } from '../flags.ts';
import { actorOf } from '../ledger/actor.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Plan, Purpose } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { DecisionInput } from '../model/stored-finding.ts';
import { counted } from '../report/quantities.ts';
import type { Journal, JournalLine } from '../revoke/journal.ts';
import type { Work } from '../triage/session.ts';

export interface TriageWork extends Work {
  /** The ledger, which is opened when it is first needed. */
  readonly open: () => Promise<Ledger>;
  readonly close: () => Promise<void>;
}

/** What `quash triage` has done for it: each by the functions of the command that does the same. */
export function openTriageWork(
  options: Options<'triage'>,
  context: Context,
  warn: (text: string) => void,
  openLedger: () => Promise<Ledger>,
): TriageWork {
  let opened: Promise<Ledger> | undefined;
  const open = () => {
    opened ??= openLedger();
    return opened;
  };
  /** The credentials of the plans that were made, until they are done. */
  const planned = new Map<string, { readonly credentials: ReadonlyMap<string, Credential>; readonly purpose: Purpose }>();

  return {
    open,
    async *list() {
      yield* (await open()).list();
    },
    read: async (ids) => {
      const ledger = await open();
      return Promise.all(ids.map((id) => ledger.get(id)));
    },
    async history(id) {
      const { detailOf } = await import('./triage-detail.ts');
      return detailOf(await open(), id, options.patterns);
    },
    async reveal(id) {
      const ledger = await open();
      const { secret, parts } = await ledger.unseal(await ledger.get(id));
      return [secret.reveal(), ...Object.entries(parts).map(([name, part]) => `${name} ${part.reveal()}`)].join('  ');
    },
    async verify(ids) {
      const ledger = await open();
      const { askAgain } = await import('./verify-stored.ts');
      const chosen = await Promise.all(ids.map((id) => ledger.get(id)));
      const told: string[] = [];
      const judged = await askAgain(ledger, chosen, { ...options, verdictAge: undefined }, context, (text) => told.push(text));
      const states = [...new Set(judged.map(({ verdict }) => verdict.state))];
      const counts = states.map((state) => `${judged.filter(({ verdict }) => verdict.state === state).length} ${state}`);
      return [`${counted(judged.length, 'finding')} asked about: ${counts.join(', ')}`, ...told].join('; ');
    },
    async decide(ids, kind, answers) {
      await (await open()).decide(ids, decisionOf(kind, answers), actorOf(context.env));
    },
    plan: (ids, purpose) =>
      withRevoking(ids, purpose, async ({ revoking, admins, commands }) => {
        const { planText } = await import('../report/plan-text.ts');
        const credentials = await commands.askFirst(revoking);
        const byId = new Map(credentials.map((one) => [one.id, one]));
        const plan = await commands.planFor(revoking, credentials, admins);
        const refusals = commands.refusalsOf(plan, byId, commands.policyFor(plan, revoking));
        planned.set(plan.id, { credentials: byId, purpose });
        return { plan, text: planText(plan, { color: false, refusals }) };
      }),
    async apply({ plan }, { onStep, onResult }) {
      const known = planned.get(plan.id);
      if (!known) throw new QuashError('usage', 'revoking: this plan was done already; make another');
      planned.delete(plan.id);
      return withRevoking([...known.credentials.keys()], known.purpose, async ({ revoking, admins, commands }) => {
        const { records } = revoking;
        records.keepPlan(plan);
        const { results } = await commands.applyWith(plan, known.credentials, revoking, {
          admins,
          policy: commands.policyFor(plan, revoking),
          journal: watched(records.journal, plan, onStep),
          onResult,
        });
        return results;
      });
    },
    close: async () => {
      if (opened) await (await opened).close();
    },
  };

  /** Opens what taking back needs, and closes it behind: another responder can act in between. */
  async function withRevoking<T>(ids: readonly string[], purpose: Purpose, act: (open: Opened) => Promise<T>): Promise<T> {
    const ledger = await open();
    const [commands, { openAsking }, { adminCredentials }, { openRecords }, { credentialsOf, kinOf }] = await Promise.all([
      import('./revoking.ts'),
      import('./ask-providers.ts'),
      import('./admin-credentials.ts'),
      import('./revocation-records.ts'),
      import('./gather-credentials.ts'),
    ]);
    const stored = await Promise.all(ids.map((id) => ledger.get(id)));
    const found = await credentialsOf(ledger, stored, options.patterns);
    const kin = await kinOf({ credentials: found, ledger }, options.patterns);
    const asking = await openAsking({ ...options, verdictAge: undefined }, context, { warn });
    try {
      const records = await openRecords(options, context, ledger);
      try {
        const revoking = { options, context, purpose, asking, records, found, kin };
        return await act({ revoking, admins: adminCredentials(options.admin, context), commands });
      } finally {
        await records.close();
      }
    } finally {
      await asking.close();
    }
  }
}

interface Opened {
  readonly revoking: import('./revoking.ts').Revoking;
  readonly admins: import('./admin-credentials.ts').AdminCredentials;
  readonly commands: typeof import('./revoking.ts');
}

function decisionOf(kind: DecisionInput['kind'], answers: readonly string[]): DecisionInput {
  const [first = '', second = ''] = answers;
  switch (kind) {
    case 'ignore':
      return { kind, reason: first };
    case 'accept': {
      const reading = readText(first, { kind: 'deadline' });
      if ('problem' in reading) throw new QuashError('usage', `accepting: the day ${reading.problem}; nothing was changed`);
      return { kind, until: (reading.value as Date).toISOString(), reason: second };
    }
    case 'assign':
      return { kind, to: first };
    case 'reopen':
      return { kind };
    default:
      return kind satisfies never;
  }
}

/** A journal that tells of every line of a plan once it is on disk. */
function watched(journal: Journal, plan: Plan, onStep: (line: string) => void): Journal {
  const tell = (lines: readonly JournalLine[]) => {
    for (const line of lines) if (line.plan === plan.id) onStep(stepWords(line));
    return lines;
  };
  return {
    ...journal,
    append: async (...entries) => tell(await journal.append(...entries)),
    appendIf: async (decide) => tell(await journal.appendIf(decide)),
  };
}

function stepWords({ at, action, finding, call, after, evidence }: JournalLine): string {
  // What is planned was shown, and what is called stands in the line before its answer.
  const told = action === 'planned' ? [] : action === 'begun' ? [finding, call] : [finding, after, evidence];
  return [at.slice(11, 19), action.padEnd(8), ...told]
    .filter((word) => word !== null)
    .join('  ')
    .trimEnd();
}
