import type { RevocationResult } from '../model/revocation.ts';
import { neutralise } from './neutralise.ts';
import { createPaint, type Style } from './paint.ts';
import { counted, formatSeconds } from './quantities.ts';

const styles: Readonly<Partial<Record<RevocationResult['state'], Style>>> = {
  revoked: 'green',
  disabled: 'green',
  enabled: 'green',
  'already-dead': 'green',
  manual: 'yellow',
  requested: 'red',
  failed: 'red',
  refused: 'red',
};

/** One credential's outcome on a line. */
export function resultLine(result: RevocationResult, redacted: string, color: boolean): string {
  const paint = createPaint(color);
  const { state, finding, evidence, secondsToDead, undoUntil } = result;
  const time = secondsToDead === null ? '' : ` after ${formatSeconds(secondsToDead)}`;
  const undo = undoUntil === null ? '' : `; can be undone until ${undoUntil}`;
  return `${paint(state.padEnd(12), styles[state] ?? 'bold')}  ${finding}  ${neutralise(redacted)}  ${neutralise(evidence)}${time}${undo}\n`;
}

/** What became of one that should have died with another, on a line. */
export function childLine(
  {
    finding,
    of,
    verdict,
    evidence,
  }: { readonly finding: string; readonly of: string; readonly verdict: string; readonly evidence: string },
  color: boolean,
): string {
  const paint = createPaint(color);
  const style = verdict === 'dead' ? 'green' : verdict === 'live' ? 'red' : 'yellow';
  const advice = verdict === 'live' ? `; take it back itself, with quash revoke ${finding}` : '';
  return `${paint(verdict.padEnd(12), style)}  ${finding}  should have died with ${of}: ${neutralise(evidence)}${advice}\n`;
}

/** How it ended, and what is to be done about what is not confirmed. */
export function resultsSummary(results: readonly RevocationResult[]): string {
  const states = [...new Set(results.map(({ state }) => state))];
  const counts = states.map((state) => `${results.filter((one) => one.state === state).length} ${state}`).join(', ');
  const has = (state: RevocationResult['state']) => results.some((one) => one.state === state);
  const advice = [
    ...(has('requested')
      ? [
          'requested is not revoked: what is alive still is asked about with quash verify; taken back elsewhere by the page of its provider',
        ]
      : []),
    ...(has('failed') ? ['what failed can be run again: what is done is not done twice'] : []),
    ...(has('manual') ? ['manual: the plan has the steps'] : []),
    ...(has('disabled') ? ['disabled: quash revoke finalise makes it final, quash revoke undo takes it back'] : []),
  ];
  return `\n${counted(results.length, 'credential')}: ${counts}\n${advice.map((line) => `${line}\n`).join('')}`;
}
