import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { type ProviderDescription, type Route, readDescriptions } from '../../fixtures/providers/description.ts';
import { adminOf, type KnownCredential, type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import { startSignedServer } from '../../fixtures/providers/signed-server.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import type { Plan, Purpose } from '../../src/model/plan.ts';
import type { Credential, RevocationResult } from '../../src/model/revocation.ts';
import { Secret } from '../../src/model/secret.ts';
import { type Told, toldOf, type Verdict } from '../../src/model/verdict.ts';
import { isMortal } from '../../src/model/verification.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { type ApplyTerms, applyPlan } from '../../src/revoke/apply.ts';
import { memoryStore } from '../../src/revoke/claims.ts';
import { type FileJournal, openJournal } from '../../src/revoke/journal.ts';
import { beganAt } from '../../src/revoke/journal-lock.ts';
import { templatesOf } from '../../src/revoke/lint-revoker.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import { makePlan } from '../../src/revoke/plan.ts';
import { noPolicy } from '../../src/revoke/policy.ts';
import type { ReadyRevoker } from '../../src/revoke/revoker-schema.ts';
import { standingsOf } from '../../src/revoke/standing.ts';
import { ask } from '../../src/verify/ask.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { loadTransport } from '../../src/wire/transport.ts';
import { createWire, type Wire } from '../../src/wire/wire.ts';

/** Providers on loopback, and everything that taking back needs, with a journal of its own. */
export interface Rig {
  readonly server: ProviderServer;
  readonly patterns: readonly Pattern[];
  readonly journal: FileJournal;
  readonly file: string;
  readonly terms: ApplyTerms;
  /** Makes a credential that the server knows, and gives both sides of it. */
  readonly plant: (pattern: Pattern, more?: Partial<KnownCredential>) => Promise<Planted>;
  /** A wire of its own: what breaks too often is taken for down, by all that share one. */
  readonly ownWire: () => Pick<ApplyTerms, 'wire' | 'ask'> & { readonly close: () => Promise<void> };
  /** A journal of its own, for what is run so often that the lines of others are in the way. */
  readonly ownJournal: () => Pick<ApplyTerms, 'journal' | 'store'> & { readonly close: () => void };
  readonly verdictOn: (credential: Credential) => Promise<Verdict>;
  /** Asks, plans and applies. */
  readonly revoke: (planted: readonly Planted[], more?: Partial<RunTerms>) => Promise<Ran>;
  readonly plan: (planted: readonly Planted[], more?: Partial<RunTerms>) => Promise<Ran['planned']>;
  readonly close: () => Promise<void>;
}

export interface Planted {
  /** As the provider knows it. */
  readonly known: KnownCredential;
  readonly credential: Credential;
}

export interface RunTerms extends ApplyTerms {
  readonly purpose: Purpose;
  readonly graceMs: number;
  /** What the provider told while it was alive, of what is dead by now. */
  readonly told: Told;
}

export interface Ran {
  readonly planned: { readonly plan: Plan; readonly credentials: ReadonlyMap<string, Credential> };
  readonly results: readonly RevocationResult[];
}

export const descriptions: readonly ProviderDescription[] = readDescriptions(
  new URL('../../fixtures/providers/', import.meta.url),
);

export function routesOf(pattern: Pattern): readonly Route[] {
  const description = descriptions.find(({ provider }) => provider === pattern.provider);
  return (description?.routes ?? []).filter(({ patterns }) => patterns?.includes(pattern.id) ?? true);
}

/** Tests call more often than a provider takes in an hour: that limit has tests of its own. */
const unhurried: ApplyTerms['revokerOf'] = async (pattern) => {
  const revoker = await revokerOf(pattern);
  if (!revoker?.limits) return revoker;
  const { perHour, ...limits } = revoker.limits;
  return { ...revoker, limits };
};

let invented = 0;

export interface RigOptions {
  readonly proofWindowMs?: number;
  /** Besides the providers that are played by their descriptions. */
  readonly allowHosts?: readonly string[];
  readonly endpoints?: readonly string[];
  /** Credentials of ours that are none of a played provider, by theirs. */
  readonly admins?: Readonly<Record<string, string>>;
}

export async function openRig({
  proofWindowMs = 30_000,
  allowHosts = [],
  endpoints = [],
  admins = {},
}: RigOptions = {}): Promise<Rig> {
  const { set } = await loadPatterns({ withExamples: true });
  const server = await startProviderServer(descriptions);
  const signed = await startSignedServer();
  const spaces = signed.endpoints.filter((one) => one.startsWith('digitalocean@'));
  const folder = mkdtempSync(join(tmpdir(), 'quash-revoke-'));
  const file = join(folder, 'journal.jsonl');
  const journal = openJournal(file, { actor: 'ann@here' });
  const signal = new AbortController().signal;
  const openWire = (): Wire =>
    createWire({
      allowHosts,
      endpoints: [...descriptions.flatMap(({ provider }) => server.endpoints(provider)), ...spaces, ...endpoints].map(
        (one) => `${one}#concurrency=64&perSecond=10000`,
      ),
      env: {},
      signal,
      timeouts: { connectMs: 120_000, headersMs: 120_000, totalMs: 120_000 },
    });
  const wire = openWire();
  const verdictBy = async (by: Wire, { pattern, secret, parts }: Credential): Promise<Verdict> => {
    if (!pattern.verify) return { state: 'unverifiable' };
    const context = { wire: by, loadProtocol, isPlaceKnown: () => true, now: () => new Date() };
    return ask(pattern.verify, { provider: pattern.provider, secret, parts }, context);
  };
  const verdictOn = (credential: Credential) => verdictBy(wire, credential);
  const terms: ApplyTerms = {
    wire,
    loadTransport,
    journal,
    store: memoryStore(journal, beganAt(process.pid)),
    holder: { actor: 'ann@here', host: 'here', pid: process.pid },
    policy: noPolicy,
    revokerOf: unhurried,
    adminOf: async (revoker) =>
      revoker.admin ? new Secret(admins[revoker.provider] ?? adminOf(revoker.patterns[0] as string)) : undefined,
    ask: verdictOn,
    now: () => new Date(),
    // The backoff of a minute, at the pace of a test.
    pause: (ms, stop) => wait(Math.min(ms, 60), undefined, { signal: stop }).catch(() => {}),
    signal,
    proofWindowMs,
  };

  const toldBefore = new Map<string, Told>();
  const plant: Rig['plant'] = async (pattern, more = {}) => {
    const number = invented++;
    const revoker = await revokerOf(pattern);
    const steps = Object.values(revoker?.tasks ?? {}).flat();
    const text = JSON.stringify([pattern.verify, steps.flatMap((step) => templatesOf(step)), revoker?.pick]);
    const used = new Set([...text.matchAll(/\bpart:([\w-]+)/g)].map(([, name]) => name));
    const defaults = { ...revoker?.defaults, ...pattern.verify?.defaults };
    const wanted = pattern.parts.filter(({ name, required }) => required || (used.has(name) && !Object.hasOwn(defaults, name)));
    const template = ['{{secret}}', ...wanted.map(({ name }) => `{{part:${name}}}`)].join(' ');
    const expanded = expandExample(pattern, template, `revoke test ${number}`);
    // What names the one that is meant is its own; whatever else a description says is the same for all.
    const named = routesOf(pattern).flatMap(({ does, on }) => (does ? [...on.matchAll(/\{\{part:([\w-]+)\}\}/g)] : []));
    const own = Object.fromEntries(
      named.flatMap(([, name = '']) => (name in expanded.parts ? [[name, expanded.parts[name]]] : [])),
    );
    const described = routesOf(pattern).map((route) => route.parts);
    const fixed: Record<string, string> = Object.assign({}, defaults, expanded.parts, ...described, own);
    const known: KnownCredential = {
      pattern: pattern.id,
      secret: expanded.secret as string,
      parts: fixed,
      state: 'live',
      ...more,
    };
    server.add(known);
    if (pattern.verify && 'protocol' in pattern.verify && pattern.verify.protocol === 'digitalocean-spaces')
      signed.add({
        provider: 'digitalocean',
        secret: known.secret,
        parts: known.parts,
        get state() {
          return known.state === 'live' ? 'live' : 'dead';
        },
      });
    const credential: Credential = {
      id: `finding-${number}`,
      pattern,
      secret: new Secret(known.secret),
      parts: Object.fromEntries(Object.entries(known.parts).map(([name, value]) => [name, new Secret(value)])),
      verdict: { state: 'unasked' },
      locations: [{ origin: { kind: 'stdin' }, start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2 }],
    };
    return { known, credential };
  };

  const plan: Rig['plan'] = async (planted, more = {}) => {
    const all = { ...terms, purpose: 'revoke' as const, graceMs: 7 * 86_400_000, ...more };
    // Of what is dead by our own hand nobody tells anything any more: what was told before is known.
    const asked = await Promise.all(
      planted.map(async ({ credential }) => {
        const verdict = await verdictOn(credential);
        if (verdict.state === 'live') toldBefore.set(credential.id, verdict);
        return { ...credential, verdict: { ...toldOf(toldBefore.get(credential.id) ?? {}), ...more.told, ...verdict } };
      }),
    );
    const standings = standingsOf(await all.journal.lines());
    const ours = new Map<ReadyRevoker, Secret | undefined>();
    for (const { pattern } of asked) {
      const revoker = await revokerOf(pattern);
      if (revoker && !ours.has(revoker)) ours.set(revoker, await all.adminOf(revoker));
    }
    const made = await makePlan(asked, {
      purpose: all.purpose,
      by: all.holder.actor,
      now: all.now(),
      graceMs: all.graceMs,
      revokerOf,
      runbookOf: ({ runbook }) => runbook,
      isProvable: ({ verify }) => isMortal(verify),
      adminFrom: (revoker) => ({ from: revoker.admin?.env ?? '', isThere: ours.get(revoker) !== undefined }),
      standingOf: (finding) => standings.get(finding),
      describePlace: () => 'stdin',
    });
    return { plan: made, credentials: new Map(asked.map((one) => [one.id, one])) };
  };

  return {
    server,
    ownWire: () => {
      const own = openWire();
      return { wire: own, ask: (credential) => verdictBy(own, credential), close: () => own.close() };
    },
    ownJournal: () => {
      const own = openJournal(join(folder, `journal-${invented++}.jsonl`), { actor: 'ann@here' });
      return { journal: own, store: memoryStore(own, beganAt(process.pid)), close: () => own.close() };
    },
    patterns: set.patterns,
    journal,
    file,
    terms,
    plant,
    verdictOn,
    plan,
    revoke: async (planted, more = {}) => {
      const planned = await plan(planted, more);
      return { planned, results: await applyPlan(planned.plan, planned.credentials, { ...terms, ...more }) };
    },
    close: async () => {
      journal.close();
      await wire.close();
      await server.close();
      await signed.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
