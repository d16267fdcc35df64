import { type EgressRow, hostFromText, pathOf, sendsOf } from '../verify/egress.ts';
import { authorityOf, isHostFromText, nameVariables } from '../verify/request.ts';
import type { ReadyRevoker, ReadyStep } from './revoker-schema.ts';

/** Everything that taking a credential back may send, from the same declarations that are run. */
export function egressOfRevoker(revoker: ReadyRevoker): readonly EgressRow[] {
  const all = [...Object.values(revoker.tasks), revoker.confirm ?? []];
  return all.flatMap((steps) => steps.flatMap((step) => rowsOf(step, revoker)));
}

function rowsOf(step: ReadyStep, { provider, patterns, hosts }: ReadyRevoker): readonly EgressRow[] {
  const purpose = step.kind === 'act' ? 'take back' : 'look up';
  const about = { provider, patterns, purpose, effects: step.kind === 'act' ? step.does : null } as const;
  if (!('request' in step)) {
    const places = hosts.length > 0 ? hosts : [hostFromText];
    return places.map((host) => ({ ...about, host, method: step.transport, path: '', sends: step.action }));
  }
  const { method, url } = step.request;
  const authority = authorityOf(url);
  const named = authority === '{{site}}' ? hosts : [authority.replace(/\{\{[^{}]*\}\}/g, '*')];
  const places = isHostFromText(url) ? [...hosts, hostFromText] : named;
  return places.map((host) => ({ ...about, host, method, path: nameVariables(pathOf(url)), sends: sendsOf(step.request) }));
}
