import { parse, TomlError } from 'smol-toml';
import { z } from 'zod';
import { QuashError } from '../../errors.ts';
import { plainText } from '../plain-text.ts';

const strings = z.array(z.string());

// Keys are folded to lower case first: gitleaks reads them without regard to case, and its own documentation spells them in several ways.
const allowlist = z.object({
  description: z.string().optional(),
  condition: z.string().optional(),
  commits: strings.optional(),
  paths: strings.optional(),
  regextarget: z.string().optional(),
  regexes: strings.optional(),
  stopwords: strings.optional(),
  targetrules: strings.optional(),
});

const rule = z.object({
  id: z.string(),
  description: z.string().optional(),
  regex: z.string().optional(),
  path: z.string().optional(),
  secretgroup: z.int().min(0).optional(),
  entropy: z.number().optional(),
  keywords: strings.optional(),
  allowlist: allowlist.optional(),
  allowlists: z.array(allowlist).optional(),
  required: z.array(z.unknown()).optional(),
  skipreport: z.boolean().optional(),
});

const config = z.object({
  extend: z
    .object({
      path: z.string().optional(),
      url: z.string().optional(),
      usedefault: z.boolean().optional(),
      disabledrules: strings.optional(),
    })
    .optional(),
  rules: z.array(rule).optional(),
  allowlist: allowlist.optional(),
  allowlists: z.array(allowlist).optional(),
});

/** A gitleaks configuration as its TOML says it, keys in lower case (https://github.com/gitleaks/gitleaks#configuration). */
export type GitleaksToml = z.infer<typeof config>;
export type GitleaksRule = z.infer<typeof rule>;
export type GitleaksAllowlist = z.infer<typeof allowlist>;

/** Parses the text of a gitleaks configuration; throws a `config` error on what is none, with line and column where it is no TOML. */
export function parseGitleaksToml(text: string, file: string): GitleaksToml {
  const parsed = config.safeParse(foldKeys(parseToml(text, file)));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = plainText(issue?.path.join('.') ?? '', 60);
  throw new QuashError(
    'config',
    `reading the gitleaks configuration: ${file}: ${where}: ${issue?.message}; gitleaks would refuse it as well`,
  );
}

function parseToml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const place = `${file}:${error.line}:${error.column}`;
    throw new QuashError('config', `reading the gitleaks configuration: ${place}: not TOML; gitleaks would refuse it as well`, {
      cause: error,
    });
  }
}

function foldKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(foldKeys);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key.toLowerCase(), foldKeys(inner)]));
}
