import { readFile } from 'node:fs/promises';
import { QuashError } from '../errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { identifying } from './fingerprint.ts';
import type { IgnoreCandidate, IgnoreRules } from './ignored.ts';
import { type GlobParse, globMatcher, parseGlob } from './path-glob.ts';
import { plainText } from './plain-text.ts';
import {
  isStretched,
  maxSalts,
  newSalt,
  type SaltedHash,
  saltedHash,
  saltedHashPattern,
  saltedLookup,
  saltPattern,
} from './salted-hash.ts';

/**
 * `.quashignore`: what is known and not to be reported, each with a reason. One entry a line:
 *
 *     salt: 5b1d…                                          written by quash, for the fingerprints
 *     path:docs/examples/ # samples from the vendor's manual
 *     pattern:generic-password path:test/**  # made up
 *     fingerprint:9f2c… until 2027-01-31 # rotated, history stays
 *     fingerprint:scrypt-15:77ab… pattern:generic-password # the default password of the test database
 *
 * Everything before `#` must hold at once. `path` is a glob as in `.gitignore` (with `"…"` around spaces), `pattern` a pattern's id
 * (`*` stands for any characters; `generic` for every generic detector), `fingerprint` a hash under the file's salt. From the day
 * after `until` the entry is inactive. Merging two versions means keeping the lines of both, the salts too.
 */
export interface IgnoreFile {
  readonly file: string;
  readonly salts: readonly string[];
  readonly entries: readonly IgnoreEntry[];
  /** For the user: entries that have expired, and ones for patterns that are not there. */
  readonly warnings: readonly string[];
}

export interface IgnoreEntry {
  readonly line: number;
  readonly fingerprint?: SaltedHash;
  readonly path?: Extract<GlobParse, { regex: string }>;
  readonly pattern?: string;
  readonly until?: string;
  readonly reason: string;
  readonly isActive: boolean;
}

const maxProblemsShown = 20;

/**
 * Reads the text of a `.quashignore`; `file` is its name in messages. A line that cannot be checked is an error that tells its line and column.
 * An entry for a pattern that is not among `patternIds` is warned of.
 */
export function parseIgnoreFile(
  text: string,
  file: string,
  now: Date = new Date(),
  patternIds?: ReadonlySet<string>,
): IgnoreFile {
  const today = now.toISOString().slice(0, 10);
  const salts: string[] = [];
  const entries: IgnoreEntry[] = [];
  const warnings: string[] = [];
  const problems: string[] = [];
  let firstFingerprint: { line: number; column: number } | undefined;

  text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .forEach((content, index) => {
      const line = index + 1;
      const report = (column: number, problem: string) => problems.push(`${file}:${line}:${column}: ${problem}`);
      if (/^\s*(?:#|$)/.test(content)) return;
      if (/^(?:<{7}|={7}|>{7})(?: |$)/.test(content)) {
        report(1, 'an unresolved merge; keep the lines of both sides, the salts too');
        return;
      }
      const salt = /^salt:\s*(?<value>.*?)\s*$/.exec(content)?.groups?.value;
      if (salt !== undefined) {
        if (!saltPattern.test(salt)) report(7, 'a salt is 32 to 64 hex digits; put back the one that quash wrote');
        else if (!salts.includes(salt)) salts.push(salt);
        return;
      }
      const entry = parseEntry(content, line, today, report);
      if (!entry) return;
      if (entry.fingerprint) firstFingerprint ??= { line, column: content.indexOf('fingerprint:') + 1 };
      if (!entry.isActive) {
        warnings.push(`${file}:${line}: expired on ${entry.until}, what it ignored is reported again; renew or delete the line`);
      }
      if (entry.pattern && patternIds && /^(?!generic$)[a-z0-9-]+$/.test(entry.pattern) && !patternIds.has(entry.pattern)) {
        warnings.push(`${file}:${line}: no pattern is called ${entry.pattern}; see \`quash patterns list\``);
      }
      entries.push(entry);
    });

  if (firstFingerprint && salts.length === 0) {
    const { line, column } = firstFingerprint;
    problems.push(`${file}:${line}:${column}: a fingerprint without the salt it was made with; put back the line \`salt: …\``);
  }
  if (salts.length > maxSalts)
    problems.push(`${file}:1:1: ${salts.length} salts, at most ${maxSalts} are read; make the file anew`);
  if (problems.length > 0) {
    const more = problems.length > maxProblemsShown ? [`and ${problems.length - maxProblemsShown} more`] : [];
    throw new QuashError('config', `reading the ignore file:\n${[...problems.slice(0, maxProblemsShown), ...more].join('\n')}`);
  }
  return { file, salts, entries, warnings };
}

// Nothing of a line's values goes into a message: somebody may have pasted the secret itself.
function parseEntry(
  content: string,
  line: number,
  today: string,
  report: (column: number, problem: string) => void,
): IgnoreEntry | undefined {
  const { words, comment, unclosed } = splitLine(content);
  if (unclosed !== undefined) return fail(unclosed, 'a `"` without its partner');
  const seen = new Map<string, { value: string; column: number }>();
  let until: { value: string; column: number } | undefined;

  for (let index = 0; index < words.length; index += 1) {
    const { text, column } = words[index]!;
    if (text === 'until') {
      const date = words[index + 1];
      if (until) return fail(column, '`until` stands there twice');
      if (!date || !isDate(date.text)) return fail(date?.column ?? column, '`until` wants a date such as 2027-01-31');
      until = { value: date.text, column: date.column };
      index += 1;
      continue;
    }
    const key = /^(?<key>fingerprint|path|pattern):/.exec(text)?.groups?.key;
    if (!key) {
      const hint = comment ? '' : '; a reason goes after `#`';
      return fail(column, `neither fingerprint:…, path:…, pattern:… nor \`until DATE\`${hint}`);
    }
    if (seen.has(key)) return fail(column, `two ${key}s on one line can never both hold; write two lines`);
    seen.set(key, { value: text.slice(key.length + 1), column: column + key.length + 1 });
  }

  const fingerprint = seen.get('fingerprint');
  const path = seen.get('path');
  const pattern = seen.get('pattern');
  if (fingerprint && !saltedHashPattern.test(fingerprint.value)) {
    return fail(
      fingerprint.column,
      'not a fingerprint of this file: those are 64 hex digits, some with `scrypt-15:` before them',
    );
  }
  if (pattern && !/^[a-z0-9*]+(?:-[a-z0-9*]+)*$/.test(pattern.value))
    return fail(pattern.column, 'not a pattern id such as github-pat-classic');
  const glob = path && parseGlob(path.value);
  if (path && glob && 'problem' in glob) return fail(path.column + glob.at, `the path ${glob.problem}`);
  if (seen.size === 0) return fail(until?.column ?? 1, 'an entry needs a fingerprint, a path or a pattern');
  if (!comment) return fail(content.trimEnd().length + 1, 'no reason; say why after `#`');

  return {
    line,
    ...(fingerprint ? { fingerprint: fingerprint.value } : {}),
    ...(glob && 'regex' in glob ? { path: glob } : {}),
    ...(pattern ? { pattern: pattern.value } : {}),
    ...(until ? { until: until.value } : {}),
    reason: plainText(comment, 200),
    isActive: until === undefined || today <= until.value,
  };

  function fail(column: number, problem: string): undefined {
    report(column, problem);
  }
}

/** Words apart at spaces, `"…"` keeping them together; what follows a `#` that stands after a space is the comment. */
function splitLine(content: string): { words: { text: string; column: number }[]; comment: string; unclosed?: number } {
  const words: { text: string; column: number }[] = [];
  let index = 0;
  while (index < content.length) {
    if (/\s/.test(content[index]!)) {
      index += 1;
      continue;
    }
    if (content[index] === '#') return { words, comment: content.slice(index + 1).trim() };
    const start = index;
    let text = '';
    while (index < content.length && !/\s/.test(content[index]!)) {
      if (content[index] !== '"') {
        text += content[index];
        index += 1;
        continue;
      }
      const close = content.indexOf('"', index + 1);
      if (close < 0) return { words, comment: '', unclosed: index + 1 };
      text += content.slice(index + 1, close);
      index = close + 1;
    }
    words.push({ text, column: start + 1 });
  }
  return { words, comment: '' };
}

function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}

/** The active entries of a `.quashignore`, ready to be asked. */
export function ignoreFileRules(parsed: IgnoreFile): IgnoreRules {
  const active = parsed.entries.filter((entry) => entry.isActive);
  const byFingerprint = new Map<SaltedHash, IgnoreEntry[]>();
  const hashes = new Map<SaltedHash, Set<string | undefined>>();
  const byPath: IgnoreEntry[] = [];
  const byPatternOnly: IgnoreEntry[] = [];
  for (const entry of active) {
    if (entry.fingerprint) {
      byFingerprint.set(entry.fingerprint, [...(byFingerprint.get(entry.fingerprint) ?? []), entry]);
      const plain = entry.pattern?.includes('*') || entry.pattern === 'generic' ? undefined : entry.pattern;
      hashes.set(entry.fingerprint, (hashes.get(entry.fingerprint) ?? new Set()).add(plain));
    } else if (entry.path) byPath.push(entry);
    else byPatternOnly.push(entry);
  }
  const lookup = saltedLookup(parsed.salts, hashes);
  const pathsOf = globMatcher(byPath.map((entry) => entry.path!));
  const ownPath = new Map<IgnoreEntry, (path: string) => readonly number[]>();

  const pathHolds = (entry: IgnoreEntry, path: string | undefined) => {
    if (!entry.path) return true;
    if (path === undefined) return false;
    const matcher = ownPath.get(entry) ?? globMatcher([entry.path]);
    ownPath.set(entry, matcher);
    return matcher(path).length > 0;
  };
  const found = (entry: IgnoreEntry | undefined) =>
    entry && { by: 'file' as const, entry: `${parsed.file}:${entry.line}`, reason: entry.reason };

  return {
    ignores(candidate, path) {
      const { pattern } = candidate;
      const patternHolds = (entry: IgnoreEntry) => entry.pattern === undefined || coversPattern(entry.pattern, pattern);
      const onlyPattern = byPatternOnly.find(patternHolds);
      if (onlyPattern) return found(onlyPattern);
      if (path !== undefined && byPath.length > 0) {
        const index = pathsOf(path).find((hit) => patternHolds(byPath[hit]!));
        if (index !== undefined) return found(byPath[index]);
      }
      if (byFingerprint.size === 0) return undefined;
      const hash = lookup.find(pattern.id, pattern.provider, identifying(pattern, candidate.secret, candidate.parts));
      const entries = hash === undefined ? [] : byFingerprint.get(hash)!;
      return found(entries.find((entry) => patternHolds(entry) && pathHolds(entry, path)));
    },
    async prepare({ pattern, secret, parts }) {
      await lookup.prepare(pattern.id, pattern.provider, identifying(pattern, secret, parts));
    },
  };
}

function coversPattern(wanted: string, pattern: IgnoreCandidate['pattern']): boolean {
  if (wanted === pattern.id || (wanted === 'generic' && pattern.generic)) return true;
  if (!wanted.includes('*')) return false;
  // Every `*` takes as little as will do; what comes after the last must end the id. No backtracking.
  const [head = '', ...rest] = wanted.split('*');
  if (!pattern.id.startsWith(head)) return false;
  const tail = rest.pop() ?? '';
  let from = head.length;
  for (const piece of rest) {
    const at = pattern.id.indexOf(piece, from);
    if (at < 0) return false;
    from = at + piece.length;
  }
  return pattern.id.length - tail.length >= from && pattern.id.endsWith(tail);
}

/** What `addIgnoreEntry` writes: a credential, or a path, a pattern, or both. */
export type NewIgnoreEntry = {
  readonly reason: string;
  /** The last day on which it counts, YYYY-MM-DD. */
  readonly until?: string;
} & (
  | { readonly credential: Pick<IgnoreCandidate, 'pattern' | 'secret' | 'parts'> }
  | { readonly path?: string; readonly pattern?: string }
);

/**
 * Adds an entry to a `.quashignore`, which is made when there is none; every other line stays as it is. An entry for what is ignored
 * already changes its reason and date. Fingerprints are kept in order, so that two branches seldom write to the same place.
 */
export async function addIgnoreEntry(file: string, entry: NewIgnoreEntry, now: Date = new Date()): Promise<void> {
  const before = await readText(file);
  const { salts } = parseIgnoreFile(before, file, now);
  const lines = before === '' ? [] : before.replace(/\r?\n$/, '').split(/\r?\n/);

  let what: string;
  if ('credential' in entry) {
    if (salts.length === 0) {
      const salt = newSalt();
      insertSalt(lines, salt);
      what = await credentialWords(salt, entry.credential);
    } else {
      // Any of the file's salts may be the one under which it is listed already.
      const known = await Promise.all(salts.map((salt) => credentialWords(salt, entry.credential)));
      what = known.find((words) => lines.some((line) => line.startsWith(words))) ?? known[0]!;
    }
  } else {
    what = [entry.path && `path:${quote(entry.path)}`, entry.pattern && `pattern:${entry.pattern}`].filter(Boolean).join(' ');
  }

  const until = entry.until ? ` until ${entry.until}` : '';
  const line = `${what}${until} # ${entry.reason.replace(/\s+/g, ' ').trim()}`;
  const same = lines.findIndex((other) => other === what || other.startsWith(`${what} until `) || other.startsWith(`${what} #`));
  if (same >= 0) lines[same] = line;
  else lines.splice(placeFor(lines, line), 0, line);

  const after = `${lines.join('\n')}\n`;
  parseIgnoreFile(after, file, now);
  await writeAtomically(file, after);
}

function insertSalt(lines: string[], salt: string): void {
  const firstEntry = lines.findIndex((line) => !/^\s*#/.test(line));
  lines.splice(firstEntry < 0 ? lines.length : firstEntry, 0, `salt: ${salt}`);
}

async function credentialWords(
  salt: string,
  { pattern, secret, parts }: Pick<IgnoreCandidate, 'pattern' | 'secret' | 'parts'>,
): Promise<string> {
  const hash = await saltedHash(salt, pattern.provider, identifying(pattern, secret, parts));
  // The pattern's id tells which candidates a slow hash need be worked out for.
  return isStretched(hash) ? `fingerprint:${hash} pattern:${pattern.id}` : `fingerprint:${hash}`;
}

function placeFor(lines: readonly string[], line: string): number {
  if (!line.startsWith('fingerprint:')) return lines.length;
  const later = lines.findIndex((other) => other.startsWith('fingerprint:') && other > line);
  return later < 0 ? lines.length : later;
}

function quote(path: string): string {
  return /[\s#]/.test(path) ? `"${path}"` : path;
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw new QuashError('config', `reading the ignore file: ${file} cannot be read; check its permissions`, { cause: error });
  }
}
