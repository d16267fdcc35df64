import { Secret } from '../../src/model/secret.ts';
import type { Planted, Rig } from './rig.ts';

let found = 0;

/** A login of a real server as a finding: what stood in the text, and nothing that was made up. */
export function findLogin(rig: Rig, patternId: string, secret: string, parts: Readonly<Record<string, string>>): Planted {
  const pattern = rig.patterns.find(({ id }) => id === patternId);
  if (!pattern) throw new Error(`there is no pattern ${patternId}`);
  return {
    known: { pattern: patternId, secret, parts, state: 'live' },
    credential: {
      id: `login-${found++}`,
      pattern,
      secret: new Secret(secret),
      parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Secret(value)])),
      verdict: { state: 'unasked' },
      locations: [{ origin: { kind: 'stdin' }, start: 0, end: 1, line: 1, column: 1, endLine: 1, endColumn: 2 }],
    },
  };
}
