import { z } from 'zod';
import type { Origin } from '../../model/origin.ts';

export type ForeignTool = 'gitleaks' | 'betterleaks' | 'trufflehog' | 'kingfisher' | 'detect-secrets';

/** What a report of another scanner says of one place. */
export interface ForeignEntry {
  /** The scanner's own name for what it looked for. */
  readonly rule: string;
  /** Absent where the report has none: it was redacted, or holds hashes alone. */
  readonly value?: string;
  /** SHA-1 of the value, hex. */
  readonly hash?: string;
  /** Text around the value, and what else the scanner says belongs to it: its parts may be there. */
  readonly around: readonly string[];
  readonly origin: Origin;
  readonly line: number;
  readonly column: number;
}

export interface ForeignReport {
  readonly tool: ForeignTool;
  readonly entries: readonly ForeignEntry[];
}

const text = z.string().optional().catch(undefined);
const count = z.coerce.number().int().min(1).catch(1);

// https://github.com/gitleaks/gitleaks: a list, of which each has these names. Betterleaks 1 writes the same, with Attributes.
const gitleaks = z
  .object({
    RuleID: z.string(),
    Secret: z.string(),
    Match: text,
    File: z.string(),
    Commit: text,
    Author: text,
    Email: text,
    Date: text,
    StartLine: count,
    StartColumn: count,
    Attributes: z.record(z.string(), z.string()).optional().catch(undefined),
  })
  .transform(
    (one): ForeignEntry => ({
      rule: one.RuleID,
      ...shownValue(one.Secret),
      around: present(one.Match),
      origin: originOf({
        path: one.File,
        commit: one.Commit,
        author: one.Author,
        email: one.Email,
        date: one.Date,
        repository: one.Attributes?.['git.remote_url'],
      }),
      line: one.StartLine,
      column: one.StartColumn,
    }),
  );

// https://github.com/betterleaks/betterleaks: from version 2 on, the value stands in `secret` or in `match.value`, the path in
// `attributes` or in `location`.
const betterleaks = z
  .object({
    ruleID: z.string(),
    secret: text,
    match: z.union([z.string(), z.object({ full: text, value: text })]).optional(),
    attributes: z.record(z.string(), z.string()).catch({}),
    location: z.object({ path: text, startLine: count, startColumn: count }),
    componentSets: z.array(z.object({ components: z.array(z.object({ match: z.unknown(), secret: text })).catch([]) })).catch([]),
  })
  .transform((one): ForeignEntry => {
    const match = typeof one.match === 'string' ? { full: one.match, value: undefined } : one.match;
    const components = one.componentSets.flatMap(({ components: some }) => some.flatMap(({ secret }) => secret ?? []));
    return {
      rule: one.ruleID,
      ...shownValue(one.secret ?? match?.value ?? ''),
      around: [...present(match?.full), ...components],
      origin: originOf({
        path: one.location.path ?? one.attributes.path,
        commit: one.attributes['git.sha'],
        author: one.attributes['git.author_name'],
        email: one.attributes['git.author_email'],
        date: one.attributes['git.date'],
        repository: one.attributes['git.remote_url'],
      }),
      line: one.location.startLine,
      column: one.location.startColumn,
    };
  });

const place = z
  .object({
    file: text,
    path: text,
    link: text,
    commit: text,
    email: text,
    timestamp: text,
    repository: text,
    line: count.optional(),
  })
  .catch({});

// https://github.com/trufflesecurity/trufflehog: an object a line; `Data` has one key, the kind of its source.
const trufflehog = z
  .object({
    DetectorName: z.string(),
    Raw: text,
    RawV2: text,
    SourceName: text,
    SourceMetadata: z.object({ Data: z.record(z.string(), place) }).catch({ Data: {} }),
  })
  .transform((one): ForeignEntry => {
    const at = Object.values(one.SourceMetadata.Data)[0] ?? {};
    return {
      rule: one.DetectorName,
      ...shownValue(one.Raw || one.RawV2 || ''),
      around: present(one.RawV2),
      origin: originOf({
        path: at.file ?? at.path ?? at.link ?? one.SourceName,
        commit: at.commit,
        email: /<([^>]+)>/.exec(at.email ?? '')?.[1] ?? at.email,
        author: /^(.+?) </.exec(at.email ?? '')?.[1],
        date: isoDate(at.timestamp),
        repository: at.repository,
      }),
      line: at.line ?? 1,
      column: 1,
    };
  });

// https://github.com/mongodb/kingfisher: an object a line, or all of them in `findings`.
const kingfisher = z
  .object({
    rule: z.object({ id: z.string() }),
    finding: z.object({
      snippet: z.string(),
      path: z.string(),
      line: count,
      column_start: count,
      git_metadata: z
        .object({
          repository_url: text,
          commit: z
            .object({ id: text, date: text, committer: z.object({ name: text, email: text }).optional().catch(undefined) })
            .optional()
            .catch(undefined),
          file: z.object({ path: text }).optional().catch(undefined),
        })
        .optional()
        .catch(undefined),
    }),
  })
  .transform(({ rule, finding }): ForeignEntry => {
    const git = finding.git_metadata;
    return {
      rule: rule.id,
      ...shownValue(finding.snippet),
      around: [],
      origin: originOf({
        path: git?.file?.path ?? finding.path,
        commit: git?.commit?.id,
        author: git?.commit?.committer?.name,
        email: git?.commit?.committer?.email,
        date: git?.commit?.date,
        repository: git?.repository_url,
      }),
      line: finding.line,
      column: finding.column_start,
    };
  });

// https://github.com/Yelp/detect-secrets: SHA-1 of the values, by file.
const detectSecrets = z.object({
  plugins_used: z.array(z.unknown()),
  results: z.record(
    z.string(),
    z.array(z.object({ type: z.string(), hashed_secret: z.string().regex(/^[0-9a-f]{40}$/), line_number: count })),
  ),
});

/** Reads a report of another scanner, which is what it proves to be; undefined for one of none that is known. */
export function readForeignReport(values: readonly unknown[]): ForeignReport | undefined {
  const baseline = values.length === 1 ? detectSecrets.safeParse(values[0]) : undefined;
  if (baseline?.success) {
    const entries = Object.entries(baseline.data.results).flatMap(([path, some]) =>
      some.map(
        ({ type, hashed_secret, line_number }): ForeignEntry => ({
          rule: type,
          hash: hashed_secret,
          around: [],
          origin: { kind: 'file', path },
          line: line_number,
          column: 1,
        }),
      ),
    );
    return { tool: 'detect-secrets', entries };
  }
  const items = values.flatMap(inner);
  const kinds = [
    ['gitleaks', gitleaks],
    ['betterleaks', betterleaks],
    ['trufflehog', trufflehog],
    ['kingfisher', kingfisher],
  ] as const;
  for (const [tool, schema] of kinds) {
    const entries = items.flatMap((item) => {
      const read = schema.safeParse(item);
      return read.success ? [read.data] : [];
    });
    if (entries.length === 0) continue;
    const isBetterleaks =
      tool === 'gitleaks' && items.some((item) => typeof item === 'object' && item !== null && 'Attributes' in item);
    return { tool: isBetterleaks ? 'betterleaks' : tool, entries };
  }
  return undefined;
}

/** A report may be a list, an object that holds one, or objects one a line. */
function inner(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.flatMap(inner);
  if (typeof value === 'object' && value !== null && 'findings' in value && Array.isArray(value.findings)) return value.findings;
  return [value];
}

/** What a redacted report shows in place of a value is none: `REDACTED`, the beginning and dots, asterisks. */
function shownValue(value: string): { readonly value?: string } {
  const isRedacted = value === '' || /^\[?REDACTED\b/i.test(value) || /\.\.\.$|^\*+$|\*{4,}/.test(value);
  return isRedacted ? {} : { value };
}

function present(value: string | undefined): readonly string[] {
  return value ? [value] : [];
}

function isoDate(date: string | undefined): string | undefined {
  const time = Date.parse(date ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}

function originOf(told: {
  readonly path: string | undefined;
  readonly commit: string | undefined;
  readonly author?: string | undefined;
  readonly email?: string | undefined;
  readonly date?: string | undefined;
  readonly repository?: string | undefined;
}): Origin {
  const path = told.path || 'unknown';
  if (!told.commit) return { kind: 'file', path };
  const { commit, author, email, date, repository } = told;
  return {
    kind: 'git',
    path,
    blob: '',
    commit,
    ...(author && { author }),
    ...(email && { email }),
    ...(date && { date }),
    ...(repository && { repository: withoutCredentials(repository) }),
  };
}

function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/i, '$1');
}
