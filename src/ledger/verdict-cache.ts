import { mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { Verdict } from '../model/verdict.ts';
import { writeAtomically } from './atomic-write.ts';

const told = {
  identity: z.string().optional(),
  account: z.string().optional(),
  scopes: z.array(z.string()).optional(),
  created: z.string().optional(),
  expires: z.string().optional(),
  lastUsed: z.string().optional(),
  site: z.string().optional(),
};

const entry = z.object({
  state: z.enum(['live', 'dead']),
  checkedAt: z.iso.datetime(),
  evidence: z.string(),
  ...told,
});

const file = z.strictObject({ version: z.literal(1), verdicts: z.record(z.string(), entry) });

export interface VerdictFile {
  readonly get: (fingerprint: string) => Verdict | undefined;
  readonly put: (fingerprint: string, verdict: Verdict) => void;
  /** Writes what was put; readable by the user only. */
  readonly save: () => Promise<void>;
}

/**
 * Verdicts of earlier runs, in `$XDG_CACHE_HOME/quash/verdicts.json`: by keyed fingerprint, without the secrets. One that is
 * older than `maxAgeMs` does not count. A file that cannot be read is told of, and begun anew.
 */
export function openVerdictCache({
  env,
  maxAgeMs,
  now,
  warn,
}: {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly maxAgeMs: number;
  readonly now: () => Date;
  readonly warn: (text: string) => void;
}): VerdictFile {
  const home = env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME) ? env.XDG_CACHE_HOME : join(env.HOME || homedir(), '.cache');
  const path = join(home, 'quash', 'verdicts.json');
  const verdicts = readVerdicts(path, warn);
  const isFresh = (checkedAt: string) => {
    const age = now().getTime() - Date.parse(checkedAt);
    return age >= 0 && age <= maxAgeMs;
  };
  let isChanged = false;
  return {
    get(fingerprint) {
      const found = verdicts.get(fingerprint);
      if (!found || !isFresh(found.checkedAt)) return undefined;
      // What has ended since is not asked about by what was said before.
      if (found.expires !== undefined && Date.parse(found.expires) < now().getTime()) return undefined;
      return { ...found, evidence: `${found.evidence} (asked at ${found.checkedAt})` } as Verdict;
    },
    put(fingerprint, verdict) {
      const { success, data } = entry.safeParse(verdict);
      if (!success) return;
      verdicts.set(fingerprint, data);
      isChanged = true;
    },
    async save() {
      if (!isChanged) return;
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      await writeAtomically(path, JSON.stringify({ version: 1, verdicts: Object.fromEntries(verdicts) }), 0o600);
    },
  };
}

function readVerdicts(path: string, warn: (text: string) => void): Map<string, z.output<typeof entry>> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') warn(`reading verdicts of earlier runs in ${path}: ${code}; everything is asked anew`);
    return new Map();
  }
  const parsed = file.safeParse(parseJson(text));
  if (parsed.success) return new Map(Object.entries(parsed.data.verdicts));
  warn(`reading verdicts of earlier runs in ${path}: it is damaged or of another version; everything is asked anew`);
  return new Map();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No JSON is no verdicts, which the schema tells of.
    return undefined;
  }
}
