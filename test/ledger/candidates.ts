import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { IgnoreCandidate } from '../../src/ledger/ignored.ts';
import type { Location } from '../../src/model/location.ts';
import type { Origin } from '../../src/model/origin.ts';
import { Secret } from '../../src/model/secret.ts';

/** A value nobody has: letters and digits worked out from a name. */
export function value(name: string, length = 36): string {
  return createHash('sha512')
    .update(name)
    .digest('base64')
    .replace(/[^0-9A-Za-z]/g, '')
    .slice(0, length);
}

export function location(origin: Origin, line = 1, context?: string): Location {
  return {
    origin,
    start: 0,
    end: 10,
    line,
    column: 1,
    endLine: line,
    endColumn: 11,
    ...(context === undefined ? {} : { context }),
  };
}

export function candidate(over: {
  secret?: string;
  parts?: Record<string, string>;
  identifies?: readonly string[];
  id?: string;
  provider?: string;
  generic?: boolean;
  path?: string;
  origin?: Origin;
  line?: number;
  context?: string;
}): IgnoreCandidate {
  const provider = over.provider ?? 'example';
  const parts = Object.fromEntries(Object.entries(over.parts ?? {}).map(([name, text]) => [name, new Secret(text)]));
  return {
    pattern: {
      id: over.id ?? `${provider}-api-key`,
      provider,
      generic: over.generic ?? false,
      parts: Object.keys(parts).map((name) => ({
        name,
        regex: '.',
        within: 1,
        required: true,
        identifies: over.identifies?.includes(name) ?? false,
        entropy: 0,
        direction: 'around',
      })),
    },
    secret: new Secret(over.secret ?? value('default')),
    parts,
    location: location(over.origin ?? { kind: 'file', path: over.path ?? 'src/a.ts' }, over.line, over.context),
  };
}

/** A generic match of a value that a person made up: weak enough to be stretched. */
export const weak = () =>
  candidate({ secret: ['hunter', '2'].join(''), id: 'generic-password', provider: 'generic', generic: true });

/** A folder that is gone when the test is over. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quash-ledger-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
