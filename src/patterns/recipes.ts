import RE2 from 're2';
import { suggest } from '../did-you-mean.ts';
import type { Pattern } from '../model/pattern.ts';
import { passesChecksum, withChecksum } from '../scan/checksums.ts';
import { shannonEntropy } from '../scan/entropy.ts';
import { generateMatch, pick, type Random, seededRandom } from './generate.ts';
import { parseRegex } from './regex.ts';

/** A recipe that cannot be followed: unknown, badly written, or asking for a value that cannot be generated. */
export class RecipeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RecipeError';
  }
}

/** What an example became, with the values that must be found in it. */
export interface ExpandedExample {
  readonly text: string;
  /** The pattern's value, when the recipe asked for one. */
  readonly secret?: string;
  readonly parts: Readonly<Record<string, string>>;
}

const heads = ['secret', 'match', 'part:', 'chars:', 'base64:', 'base64url:', 'hex:', 'percent:'] as const;
// Entropy and allow lists turn down some of what a class allows; a pattern that turns down this many cannot be met.
const maxAttempts = 200;
const detectorRegex = '[0-9A-Za-z]{32}';

/**
 * Follows the recipes in an example of a pattern. The same pattern, text and `seed` give the same result everywhere.
 *
 * `{{secret}}` the value, `{{match}}` the whole match, `{{part:NAME}}` a part's value (each the same wherever it stands
 * in one example); `{{"x" * 32}}` a repetition; `{{chars:0-9a-f:40}}` random characters of a class; `{{base64:…}}`,
 * `{{base64url:…}}`, `{{hex:…}}` and `{{percent:…}}` encode what they hold. A `{{` before a space is text.
 */
export function expandExample(pattern: Pattern, text: string, seed: string): ExpandedExample {
  const random = seededRandom(`${pattern.id}\n${seed}`);
  let own: { readonly match: string; readonly secret: string } | undefined;
  const parts: Record<string, string> = {};
  const ownValue = () => {
    own ??= generateValue(pattern, random);
    return own;
  };
  const partValue = (name: string) => {
    const part = pattern.parts.find((candidate) => candidate.name === name);
    if (!part)
      throw new RecipeError(
        `there is no part ${name}; ${listed(
          'parts',
          pattern.parts.map((candidate) => candidate.name),
        )}`,
      );
    parts[name] ??= generate({ regex: part.regex, entropy: part.entropy, allow: [] }, random).secret;
    return parts[name];
  };
  const follow = (recipe: string): string => {
    if (recipe === 'secret') return ownValue().secret;
    if (recipe === 'match') return ownValue().match;
    const repeated = /^(["'])(.*)\1 *\* *(\d{1,5})$/s.exec(recipe);
    if (repeated) return repeated[2]!.repeat(Number(repeated[3]));
    const colon = recipe.indexOf(':');
    const head = colon < 0 ? recipe : recipe.slice(0, colon + 1);
    const rest = colon < 0 ? '' : recipe.slice(colon + 1);
    switch (head) {
      case 'part:':
        return partValue(rest);
      case 'chars:':
        return randomChars(rest, random);
      case 'base64:':
        return Buffer.from(expand(rest)).toString('base64');
      case 'base64url:':
        return Buffer.from(expand(rest)).toString('base64url');
      case 'hex:':
        return Buffer.from(expand(rest)).toString('hex');
      case 'percent:':
        return [...Buffer.from(expand(rest))].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
      default: {
        const meant = suggest(head, heads);
        throw new RecipeError(
          `{{${recipe.slice(0, 40)}}} is no recipe; ${meant ? `did you mean {{${meant}…}}?` : listed('recipes', [...heads, '"x" * 32'])}`,
        );
      }
    }
  };
  const expand = (source: string): string => {
    let result = '';
    let index = 0;
    while (index < source.length) {
      if (!source.startsWith('{{', index) || /^\s/.test(source.slice(index + 2, index + 3))) {
        result += source[index++];
        continue;
      }
      const end = closingBraces(source, index + 2);
      result += follow(source.slice(index + 2, end));
      index = end + 2;
    }
    return result;
  };
  const expanded = expand(text);
  return { text: expanded, ...(own && { secret: own.secret }), parts };
}

function listed(what: string, names: readonly string[]): string {
  return names.length > 0 ? `${what}: ${names.join(', ')}` : `it has no ${what}`;
}

/** Where the `}}` stands that closes the recipe begun before `start`; braces within it, as of JSON, pair up. */
function closingBraces(source: string, start: number): number {
  let single = 0;
  let nested = 0;
  for (let i = start; i < source.length; i++) {
    if (source.startsWith('{{', i)) {
      nested++;
      i++;
    } else if (source[i] === '{') {
      single++;
    } else if (source[i] === '}' && single > 0) {
      single--;
    } else if (source.startsWith('}}', i)) {
      if (nested === 0) return i;
      nested--;
      i++;
    }
  }
  throw new RecipeError(`a recipe is not closed: ${source.slice(start - 2, start + 30)}; end it with }}`);
}

function randomChars(rest: string, random: Random): string {
  const parsed = /^(.+):(\d{1,5})$/s.exec(rest);
  if (!parsed) throw new RecipeError(`{{chars:${rest.slice(0, 40)}}} needs a class and a count; write it as {{chars:0-9a-f:40}}`);
  const expression = parseRegex(`[${parsed[1]!.replace(/[\\\]^]/g, '\\$&')}]`);
  if (expression.kind !== 'set') throw new RecipeError(`{{chars:${rest}}} holds no class of characters`);
  return Array.from({ length: Number(parsed[2]) }, () => pickAny(expression.ranges, random)).join('');
}

// Unlike in a generated match, every character of the class has the same chance.
function pickAny(ranges: readonly (readonly [number, number])[], random: Random): string {
  let index = Math.floor(random() * ranges.reduce((size, [from, to]) => size + to - from + 1, 0));
  for (const [from, to] of ranges) {
    if (index <= to - from) return String.fromCodePoint(from + index);
    index -= to - from + 1;
  }
  return pick(ranges, random);
}

function generateValue(pattern: Pattern, random: Random): { readonly match: string; readonly secret: string } {
  return generate(
    {
      regex: pattern.regex || detectorRegex,
      entropy: pattern.entropy,
      allow: pattern.allow,
      ...(pattern.checksum !== undefined && { checksum: pattern.checksum }),
    },
    random,
  );
}

interface Wanted {
  readonly regex: string;
  readonly entropy: number;
  readonly allow: readonly string[];
  readonly checksum?: string;
}

function generate(wanted: Wanted, random: Random): { readonly match: string; readonly secret: string } {
  const expression = parseRegex(wanted.regex);
  const whole = new RE2(`^(?:${wanted.regex})$`, 'u');
  const allowed = allowTest(wanted.allow);
  let reason = '';
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const { text, secret: span } = generateMatch(expression, random);
    const raw = text.slice(span.start, span.end);
    const secret = wanted.checksum === undefined ? raw : withChecksum(wanted.checksum, raw);
    const match = text.slice(0, span.start) + secret + text.slice(span.end);
    const found = whole.exec(match);
    if (!found) reason = 'it would not match the regex';
    else if ((found.groups?.secret ?? found[0]) !== secret) reason = 'the regex would take another value out of it';
    else if (wanted.checksum !== undefined && !passesChecksum(wanted.checksum, secret))
      reason = `it would fail the checksum ${wanted.checksum}`;
    else if (shannonEntropy(secret) < wanted.entropy)
      reason = `its entropy would be ${shannonEntropy(secret).toFixed(2)}, below ${wanted.entropy}`;
    else if (allowed(secret)) reason = 'it would be on the allow list';
    else return { match, secret };
  }
  throw new RecipeError(`no value could be generated: ${reason}; write the example out with {{chars:…}}, or look at the regex`);
}

/** Whether a value is a known placeholder: equal to an entry, or found by the RE2 behind `re:`. */
export function allowTest(allow: readonly string[]): (value: string) => boolean {
  const exact = new Set(allow.filter((entry) => !entry.startsWith('re:')));
  const regexes = allow.filter((entry) => entry.startsWith('re:')).map((entry) => new RE2(entry.slice(3), 'u'));
  return (value) => exact.has(value) || regexes.some((regex) => regex.test(value));
}
