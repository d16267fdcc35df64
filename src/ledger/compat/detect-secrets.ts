import { createHash } from 'node:crypto';
import { z } from 'zod';
import { QuashError } from '../../errors.ts';
import type { IgnoreCandidate, IgnoreRules } from '../ignored.ts';
import { compileForeign, quoted, remembered } from './foreign-regex.ts';
import { lineOf } from './line-of.ts';

/** https://github.com/Yelp/detect-secrets: `.secrets.baseline`, versions 0.x (`exclude`) and 1.x (`filters_used`). */
const schema = z.object({
  version: z.string().optional(),
  results: z.record(
    z.string(),
    z.array(z.object({ hashed_secret: z.string(), is_secret: z.boolean().optional(), type: z.string().optional() })),
  ),
  filters_used: z
    .array(z.object({ path: z.string(), pattern: z.union([z.string(), z.array(z.string())]).optional() }))
    .optional(),
  exclude: z.object({ files: z.string().nullish(), lines: z.string().nullish() }).nullish(),
});

/** Whether a parsed JSON file is a baseline of detect-secrets. */
export function isDetectSecretsBaseline(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'results' in json && ('plugins_used' in json || 'generated_at' in json);
}

/**
 * A detect-secrets baseline, ready to be asked: a value is ignored in a file in which the SHA-1 of it, or of one of its parts, is listed,
 * on whatever line it stands now; and so is what its exclusion filters cover.
 */
export function detectSecretsRules(
  json: unknown,
  file: string,
): { readonly rules: IgnoreRules; readonly warnings: readonly string[] } {
  const parsed = schema.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new QuashError(
      'config',
      `reading the detect-secrets baseline: ${file} at ${issue?.path.join('.')}: ${issue?.message}; make it anew with detect-secrets`,
    );
  }
  const { results, filters_used: filters = [], exclude } = parsed.data;
  const warnings: string[] = [];
  const hashesOf = new Map<string, Set<string>>();
  let auditedAsReal = 0;
  for (const [name, entries] of Object.entries(results)) {
    const path = name.replaceAll('\\', '/').replace(/^\.\//, '');
    hashesOf.set(path, new Set(entries.map((entry) => entry.hashed_secret.toLowerCase())));
    auditedAsReal += entries.filter((entry) => entry.is_secret === true).length;
  }
  if (auditedAsReal > 0) {
    warnings.push(
      `${file}: ${auditedAsReal} of its entries were audited as real secrets; they are ignored like the others, revoke them`,
    );
  }

  const regexes = (filter: string, older: string | null | undefined) => [
    ...filters.filter(({ path }) => path === `detect_secrets.filters.regex.${filter}`).flatMap(({ pattern }) => pattern ?? []),
    ...(older ? [older] : []),
  ];
  const compile = (filter: string, older?: string | null) =>
    compileForeign(regexes(filter, older), (source, problem) =>
      warnings.push(
        `${file}: the filter ${filter} ${quoted(source)} is not honoured: ${problem}; use a \`path:\` line in .quashignore`,
      ),
    );
  const isExcludedFile = remembered(compile('should_exclude_file', exclude?.files) ?? (() => false));
  const excludedLine = compile('should_exclude_line', exclude?.lines);
  const excludedSecret = compile('should_exclude_secret');

  const ignored = (reason: string) => ({ by: 'baseline' as const, entry: file, reason });
  return {
    warnings,
    rules: {
      ignores(candidate, path) {
        if (path === undefined) return undefined;
        if (isExcludedFile(path)) return ignored('excluded file of detect-secrets');
        const listed = hashesOf.get(path);
        if (listed && hashedForms(candidate).some((form) => listed.has(sha1(form)))) return ignored('listed by detect-secrets');
        if (excludedSecret?.(candidate.secret.reveal())) return ignored('excluded secret of detect-secrets');
        const line = excludedLine && lineOf(candidate);
        return line !== undefined && excludedLine?.(line) ? ignored('excluded line of detect-secrets') : undefined;
      },
    },
  };
}

/** What detect-secrets may have taken the hash of: the value, a part of it such as the key id, or a private key's first line. */
function hashedForms({ secret, parts }: IgnoreCandidate): readonly string[] {
  const values = [secret, ...Object.values(parts)].map((part) => part.reveal());
  const markers = values.flatMap(
    (value) => /-----(BEGIN [A-Z0-9 ]{1,40}?)-----|^(PuTTY-User-Key-File-2)/.exec(value)?.slice(1) ?? [],
  );
  return [...values, ...markers.filter((marker) => marker !== undefined)];
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex');
}
