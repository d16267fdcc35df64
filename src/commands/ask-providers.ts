import type { Context } from '../cli-context.ts';
import type { Options } from '../flags.ts';
import type { Finding } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Verification } from '../model/verification.ts';
import { loadPatterns, loadVerifications } from '../patterns/pattern-set.ts';
import { type VerifyOptions, verifyFindings } from '../verify/verify-findings.ts';
import type { Wire } from '../wire/wire.ts';

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
    verificationOf: await verificationSource(options, context),
    canaryAccounts: options.canaryAccount,
    touchCanaries: options.touchCanaries,
    ...(events.onVerdict && { onVerdict: events.onVerdict }),
  };
  if (options.offline) return { options: base, close: async () => {} };
  const { createWire } = await import('../wire/wire.ts');
  const { loadProtocol } = await import('../wire/protocol.ts');
  const wire = createWire({
    allowHosts: options.allowHost,
    endpoints: options.endpoint,
    env: context.env,
    signal: context.signal,
  });
  const isPlaceKnown = (provider: string) =>
    options.endpoint.some((endpoint) => endpoint.startsWith(`${provider}=`) || endpoint.startsWith(`${provider}@`));
  const cache = options.verdictAge === undefined ? undefined : await openCache(options.verdictAge, context, events);
  return {
    options: { ...base, context: { wire, loadProtocol, isPlaceKnown, now }, ...(cache && { cache }) },
    wire,
    close: async () => {
      await wire.close();
      await cache?.save();
    },
  };
}

async function openCache(maxAgeMs: number, context: Context, { warn }: AskEvents) {
  const { openVerdictCache } = await import('../ledger/verdict-cache.ts');
  return openVerdictCache({ env: context.env, maxAgeMs, now: () => new Date(), warn });
}

/**
 * How each pattern's provider is asked. A pattern that a scanned repository brings along is never asked about: what is
 * scanned decides on nothing that is contacted.
 */
async function verificationSource(
  options: Pick<AskOptions, 'patterns'>,
  { config }: Context,
): Promise<(pattern: Pattern) => Verification | undefined> {
  const builtIn = loadVerifications();
  const foreign = new Set(
    config.files
      .filter(({ owner }) => owner === 'target')
      .flatMap(({ entries }) => [entries.get('patterns')?.value ?? []].flat().map(String)),
  );
  if (foreign.size === 0) return (pattern) => pattern.verify ?? builtIn.get(pattern.id);
  const { compileUserPatterns } = await import('../patterns/compile.ts');
  const { set } = await loadPatterns();
  const own = compileUserPatterns(options.patterns.filter((file) => !foreign.has(file)));
  const trusted = new Set([...set.patterns, ...own].map(placeOf));
  return (pattern) => (trusted.has(placeOf(pattern)) ? (pattern.verify ?? builtIn.get(pattern.id)) : undefined);
}

function placeOf({ id, source, regex }: Pattern): string {
  return JSON.stringify([id, source.file, source.line, regex]);
}
