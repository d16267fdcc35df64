import type { Json, ProtocolVerification, Step, Verification } from '../model/verification.ts';
import type { Protocol } from '../wire/protocol.ts';
import { declaredHosts } from './hosts.ts';
import { authorityOf, isHostFromText, nameVariables, type RequestTemplate } from './request.ts';
import { tokensOf } from './template.ts';

/** One thing that may be sent to one host, as the patterns declare it. */
export interface EgressRow {
  readonly provider: string;
  /** `*` stands for a label that the credential names; `(named beside the secret)` for a host that needs `--allow-host`. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  /** Where in the request the secret and what belongs to it stand. */
  readonly sends: string;
  /** What it brings about besides an answer. */
  readonly effects: string | null;
  /** `take back` is only sent by quash revoke, and `look up` before it. */
  readonly purpose: 'verify' | 'clean up' | 'look up' | 'take back';
  readonly patterns: readonly string[];
}

/** Where a host stands that the scanned text names. */
export const hostFromText = '(named beside the secret)';

/** Everything that asking about a pattern's credentials may send, from the same declarations that are run. */
export async function egressOf(
  { provider, id }: { readonly provider: string; readonly id: string },
  verification: Verification,
  loadProtocol: (name: string) => Promise<Protocol>,
): Promise<readonly EgressRow[]> {
  const about = { provider, patterns: [id], effects: verification.effects ?? null };
  if ('protocol' in verification) return protocolRows(about, verification, await loadProtocol(verification.protocol));
  const rows = (steps: readonly Step[], purpose: EgressRow['purpose']) =>
    steps.flatMap((step) => {
      const hosts = declaredHosts({ ...verification, steps: [step], cleanup: [] });
      const own = isHostFromText(step.url) ? [...hosts, hostFromText] : hosts;
      const path = nameVariables(pathOf(step.url));
      return own.map((host) => ({ ...about, host, method: step.method, path, sends: sendsOf(step), purpose }));
    });
  return [...rows(verification.steps, 'verify'), ...rows(verification.cleanup, 'clean up')];
}

function protocolRows(
  about: Pick<EgressRow, 'provider' | 'patterns' | 'effects'>,
  verification: ProtocolVerification,
  protocol: Protocol,
): readonly EgressRow[] {
  const hosts = [...protocol.hosts, ...verification.hosts];
  return (hosts.length > 0 ? hosts : [hostFromText]).map((host) => ({
    ...about,
    host,
    method: protocol.name,
    path: '',
    sends: protocol.sends,
    effects: about.effects ?? protocol.effects ?? null,
    purpose: 'verify',
  }));
}

/** Puts rows that differ only in their patterns together, by provider and host. */
export function joinRows(rows: readonly EgressRow[]): readonly EgressRow[] {
  const joined = new Map<string, EgressRow>();
  for (const row of rows) {
    const key = JSON.stringify([row.provider, row.host, row.method, row.path, row.sends, row.effects, row.purpose]);
    const known = joined.get(key);
    joined.set(key, known ? { ...known, patterns: [...new Set([...known.patterns, ...row.patterns])] } : row);
  }
  const order = ({ provider, host, method, path }: EgressRow) => `${provider}\0${host}\0${method}\0${path}`;
  return [...joined.values()].sort((a, b) => (order(a) < order(b) ? -1 : 1));
}

/** The template of a URL behind its host. */
export function pathOf(url: string): string {
  const scheme = /^https?:\/\//.exec(url)?.[0] ?? '';
  return url.slice(scheme.length + authorityOf(url).length) || '/';
}

/** Where in a request the secret and what belongs to it stand. */
export function sendsOf(step: RequestTemplate): string {
  const places = [
    ...namesIn(pathOf(step.url), 'the URL'),
    ...Object.entries(step.headers).flatMap(([name, template]) => namesIn(template, `header ${name}`)),
    ...(step.basic ? namesIn(step.basic.user + step.basic.password, 'Basic authentication') : []),
    ...(step.body ? namesIn(bodyTexts(step.body), 'the body') : []),
  ];
  return places.length > 0 ? places.join(', ') : 'nothing of the credential';
}

function bodyTexts(body: NonNullable<Step['body']>): string {
  if ('text' in body) return body.text;
  return 'form' in body ? Object.values(body.form).join(' ') : jsonTexts(body.json);
}

function jsonTexts(json: Json): string {
  if (typeof json === 'string') return json;
  return json !== null && typeof json === 'object'
    ? Object.values(json as Record<string, Json>)
        .map(jsonTexts)
        .join(' ')
    : '';
}

function namesIn(template: string, place: string): readonly string[] {
  const names = new Set((tokensOf(template) ?? []).map(({ kind, name }) => (name === '' ? kind : name)));
  return names.size > 0 ? [`${[...names].join(' and ')} in ${place}`] : [];
}
