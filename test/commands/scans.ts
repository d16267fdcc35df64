import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Origin } from '../../src/model/origin.ts';
import type { PatternSet } from '../../src/model/pattern.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import type { FindingRecord, GapRecord, LocationRecord, TurnedDownRecord } from '../../src/report/record.ts';
import { type Ended, runQuash, type Setting } from '../cli/binary.ts';

const built: PatternSet = JSON.parse(readFileSync(fileURLToPath(new URL('../../dist/patterns.json', import.meta.url)), 'utf8'));

/** A made-up value that a pattern accepts, with the right checksum; the same for the same seed. */
export function invent(id: string, seed = 'one'): string {
  const pattern = built.patterns.find((one) => one.id === id);
  if (!pattern) throw new Error(`no pattern ${id}`);
  return expandExample(pattern, '{{secret}}', `test ${seed}`).secret!;
}

/** The made-up value of a part. */
export function inventPart(id: string, part: string, seed = 'one'): string {
  const pattern = built.patterns.find((one) => one.id === id)!;
  return expandExample(pattern, `{{part:${part}}}`, `test ${seed}`).parts[part]!;
}

/** What a scan wrote with `--format jsonl`, read back. */
export interface Scan extends Ended {
  readonly findings: readonly FindingRecord[];
  readonly gaps: readonly GapRecord[];
  readonly turnedDown: readonly TurnedDownRecord[];
  readonly summary: Readonly<Record<string, unknown>> | undefined;
  /** The finding of a value; throws when there is none or more than one. */
  readonly of: (secret: string) => FindingRecord;
  readonly secrets: readonly string[];
}

/** Runs `quash scan --format jsonl --unredacted` and reads what it wrote. */
export async function scan(args: readonly string[], setting: Setting = {}): Promise<Scan> {
  const ended = await runQuash(['scan', '--format', 'jsonl', '--unredacted', ...args], setting);
  const records = ended.stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const ofType = (type: string) => records.filter((record) => record.type === type);
  const findings = ofType('finding') as FindingRecord[];
  return {
    ...ended,
    findings,
    gaps: ofType('gap') as GapRecord[],
    turnedDown: ofType('turned-down') as TurnedDownRecord[],
    summary: ofType('summary')[0],
    secrets: findings.map(({ secret }) => secret).sort(),
    of(secret) {
      const found = findings.filter((finding) => finding.secret === secret);
      if (found.length !== 1)
        throw new Error(`${found.length} findings of it, not one; ${findings.length} in all; ${ended.stderr}`);
      return found[0]!;
    },
  };
}

/** Where a finding stands, of one kind of origin. */
export function places<Kind extends Origin['kind']>(
  finding: FindingRecord,
  kind: Kind,
): readonly (LocationRecord & { readonly origin: Extract<Origin, { kind: Kind }> })[] {
  return finding.locations.filter(({ origin }) => origin.kind === kind) as never;
}
