import type { Context } from '../cli-context.ts';
import type { Options } from '../flags.ts';
import type { Finding } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Verification } from '../model/verification.ts';
import { loadPatterns, loadUnverified, loadVerifications } from '../patterns/pattern-set.ts';
import { type Asker, type VerifyOptions, verifyFindings } from '../verify/verify-findings.ts';
import type { Wire } from '../wire/wire.ts';
import { ownPatterns } from './own-patterns.ts';

/** The options of the commands that ask providers. */
export type AskOptions = Pick<
  Options<'scan'>,
  'offline' | 'endpoint' | 'allowHost' | 'verdictAge' | 'canaryAccount' | 'touchCanaries' | 'patterns'
>;

/** Told of along the way. */
export interface AskEvents {
  readonly onVerdict?: (finding: Finding) => void;
  readonly warn: (text: string) => void;
}

/** What asks providers, with the wire that it asks through; neither is there for whom `--offline` forbids it. */
export interface Asking {
  readonly options: VerifyOptions;
  readonly wire?: Wire;
  readonly close: () => Promise<void>;
}

/** Gives findings their verdicts: by the values themselves, and unless `--offline`, by asking the providers. */
export async function askProviders(
  findings: readonly Finding[],
  options: AskOptions,
  context: Context,
  events: AskEvents,
): Promise<readonly Finding[]> {
  const asking = await openAsking(options, context, events);
  try {
    return await verifyFindings(findings, asking.options);
  } finally {
    await asking.close();
  }
}

/** Opens what asks, for who asks more than once. */
export async function openAsking(options: AskOptions, context: Context, events: AskEvents): Promise<Asking> {
  const now = () => new Date();
  const base: VerifyOptions = {
    now,
    signal: context.signal,
    canaryAccounts: options.canaryAccount,
    touchCanaries: options.touchCanaries,
    ...(events.onVerdict && { onVerdict: events.onVerdict }),
  };
  if (options.offline) return { options: base, close: async () => {} };
  const [{ askPartners }, { createWire }, { loadProtocol }] = await Promise.all([
    import('../verify/partners.ts'),
    import('../wire/wire.ts'),
    import('../wire/protocol.ts'),
  ]);
  const wire = createWire({
    allowHosts: options.allowHost,
    endpoints: options.endpoint,
    env: context.env,
    signal: context.signal,
  });
  const isPlaceKnown = (provider: string) =>
    options.endpoint.some((endpoint) => endpoint.startsWith(`${provider}=`) || endpoint.startsWith(`${provider}@`));
  const reasons = loadUnverified();
  const asking = { wire, loadProtocol, isPlaceKnown, now };
  const verificationOf = await verificationSource(options, context);
  // What was alive and is not any more is dead where it lived, wherever else it might have been of.
  const seenAlive = new Map<string, Lived[]>();
  const askerOf = (pattern: Pattern): Asker | undefined => {
    const verification = verificationOf(pattern);
    if (!verification) return undefined;
    const { provider } = pattern;
    return async ({ secret, parts, otherParts, verdict }) => {
      const lived = seenAlive.get(`${provider} ${secret.reveal()}`) ?? [];
      const isPlaceProven = verdict?.state === 'live' || lived.some((own) => isWithin(own, { parts, otherParts }));
      const question = { provider, secret, parts, ...(otherParts && { otherParts }), isPlaceProven };
      const answer = await askPartners(verification, question, asking);
      if (answer.verdict.state === 'live') seenAlive.set(`${provider} ${secret.reveal()}`, [...lived, answer.parts ?? parts]);
      return answer;
    };
  };
  const cache = options.verdictAge === undefined ? undefined : await openCache(options.verdictAge, context, events);
  return {
    options: { ...base, askerOf, whyNobody: ({ id, unverified }) => unverified ?? reasons.get(id), ...(cache && { cache }) },
    wire,
    close: async () => {
      await wire.close();
      await cache?.save();
    },
  };
}

/** The parts that a secret was seen alive with. */
type Lived = Finding['parts'];

/** Whether parts are among those that a secret is asked about with: that it lives with others makes these no more its own. */
function isWithin(own: Lived, { parts, otherParts = {} }: Pick<Finding, 'parts' | 'otherParts'>): boolean {
  return Object.entries(own).every(([name, value]) =>
    [parts[name], ...(otherParts[name] ?? [])].some((one) => one?.reveal() === value.reveal()),
  );
}

async function openCache(maxAgeMs: number, context: Context, { warn }: AskEvents) {
  const { openVerdictCache } = await import('../ledger/verdict-cache.ts');
  return openVerdictCache({ env: context.env, maxAgeMs, now: () => new Date(), warn });
}

/**
 * How each pattern's provider is asked: as the pattern of that id says that came with quash or that the user brought, if it is
 * that pattern in all it looks for. What a scanned repository brings along decides on nothing that is contacted or sent.
 */
async function verificationSource(
  options: Pick<AskOptions, 'patterns'>,
  { config }: Context,
): Promise<(pattern: Pattern) => Verification | undefined> {
  const { set } = await loadPatterns({ files: ownPatterns(options.patterns, config) });
  const builtIn = loadVerifications();
  const trusted = new Map(set.patterns.map((pattern) => [pattern.id, pattern]));
  const seen = new Map<Pattern, Verification | undefined>();
  return (pattern) => {
    if (!seen.has(pattern)) {
      const known = trusted.get(pattern.id);
      const isSame = known !== undefined && whatIsSought(known) === whatIsSought(pattern);
      seen.set(pattern, isSame ? (known.verify ?? builtIn.get(known.id)) : undefined);
    }
    return seen.get(pattern);
  };
}

/** What a pattern finds and calls what it finds, as one text; what is told of it besides is left out. */
function whatIsSought(pattern: Pattern): string {
  return JSON.stringify({
    ...pattern,
    examples: [],
    counterExamples: [],
    verify: undefined,
    unverified: undefined,
    runbook: undefined,
  });
}
