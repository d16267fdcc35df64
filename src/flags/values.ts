import { suggest } from '../did-you-mean.ts';
import type { ValueKind } from './declaration.ts';

export type Value = boolean | number | string | Date;

/** What was read, or what is wrong with it as the end of a sentence. A problem never repeats the text: it may be a pasted secret. */
export type Reading = { readonly value: Value } | { readonly problem: string };

/** The part of a flag or an argument that says what its value is. */
export interface ValueSpec {
  readonly kind: ValueKind;
  readonly choices?: readonly string[];
}

type JsonSchema = Readonly<Record<string, unknown>>;

interface Kind {
  readonly read: (text: string, spec: ValueSpec) => Reading;
  /** The YAML types that `read` may be given as text. */
  readonly yaml: readonly ('string' | 'number' | 'boolean')[];
  readonly jsonSchema: (spec: ValueSpec) => JsonSchema;
}

const words: Kind = {
  read: (text) => (text === '' || text.includes('\0') ? { problem: 'must not be empty' } : { value: text }),
  yaml: ['string'],
  jsonSchema: () => ({ type: 'string', minLength: 1 }),
};

const kinds: Readonly<Record<ValueKind, Kind>> = {
  switch: { read: readSwitch, yaml: ['boolean'], jsonSchema: () => ({ type: 'boolean' }) },
  text: words,
  file: words,
  path: words,
  glob: words,
  count: { read: readCount, yaml: ['number'], jsonSchema: () => ({ type: 'integer', minimum: 1, maximum: 1024 }) },
  fraction: { read: readFraction, yaml: ['number'], jsonSchema: () => ({ type: 'number', minimum: 0, maximum: 1 }) },
  size: {
    read: readSize,
    yaml: ['number', 'string'],
    jsonSchema: () => ({
      anyOf: [
        { type: 'integer', minimum: 1 },
        { type: 'string', pattern: sizeSyntax.source },
      ],
    }),
  },
  date: { read: readDate, yaml: ['string'], jsonSchema: () => ({ type: 'string' }) },
  duration: { read: readDuration, yaml: ['string'], jsonSchema: () => ({ type: 'string', pattern: durationSyntax.source }) },
  deadline: { read: readDeadline, yaml: ['string'], jsonSchema: () => ({ type: 'string' }) },
  choice: { read: readChoice, yaml: ['string'], jsonSchema: (spec) => ({ enum: spec.choices }) },
};

/** Reads a value as it is typed, or found in an environment variable. */
export function readText(text: string, spec: ValueSpec): Reading {
  return kinds[spec.kind].read(text, spec);
}

/** Reads a value as it stands in a YAML file. */
export function readYaml(raw: unknown, spec: ValueSpec): Reading {
  const { yaml, read } = kinds[spec.kind];
  if (yaml.some((type) => typeof raw === type)) return read(String(raw), spec);
  return { problem: `must be ${yaml.map((type) => yamlTypeNames[type]).join(' or ')}` };
}

/** The JSON Schema of a value as it stands in a YAML file. */
export function jsonSchemaOf(spec: ValueSpec): JsonSchema {
  return kinds[spec.kind].jsonSchema(spec);
}

const yamlTypeNames = { string: 'text', number: 'a number', boolean: 'true or false' } as const;

function readSwitch(text: string): Reading {
  if (/^(1|true|yes|on)$/i.test(text)) return { value: true };
  if (/^(0|false|no|off|)$/i.test(text)) return { value: false };
  return { problem: 'must be 1 or 0' };
}

function readCount(text: string): Reading {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return count >= 1 && count <= 1024 ? { value: count } : { problem: 'must be a whole number from 1 to 1024' };
}

function readFraction(text: string): Reading {
  const fraction = /^\d*\.?\d+$/.test(text) ? Number(text) : Number.NaN;
  return fraction >= 0 && fraction <= 1 ? { value: fraction } : { problem: 'must be a number from 0 to 1' };
}

const sizeSyntax = /^(\d{1,12}(?:\.\d{1,3})?) ?([KMG]?)(i?B)?$/i;

/** Bytes. As in `dd`: `10MB` counts in thousands, `10M` and `10MiB` in 1024s. */
function readSize(text: string): Reading {
  const [, digits, prefix = '', suffix = ''] = sizeSyntax.exec(text) ?? [];
  const step = suffix.toLowerCase() === 'b' ? 1000 : 1024;
  const bytes = Math.floor(Number(digits) * step ** ' KMG'.indexOf(prefix.toUpperCase() || ' '));
  const isSize = Number.isSafeInteger(bytes) && bytes > 0 && !(prefix === '' && suffix.length === 2);
  return isSize ? { value: bytes } : { problem: 'must be a size such as 500KB, 10MB or 1GiB' };
}

/** A day or a moment to come, or a time counted from now. */
function readDeadline(text: string): Reading {
  const problem = { problem: 'must be a day to come such as 2027-01-31, or a time from now such as 30d, 2w, 6m or 1y' };
  const [, count, unit] = /^(\d{1,4})([dwmy])$/.exec(text) ?? [];
  if (count !== undefined) {
    return Number(count) > 0 ? { value: shifted(Number(count), unit as 'd' | 'w' | 'm' | 'y') } : problem;
  }
  const reading = readDate(text);
  const isToCome = 'value' in reading && reading.value instanceof Date && reading.value.getTime() > Date.now();
  return isToCome ? reading : problem;
}

const dateProblem = { problem: 'must be a date such as 2025-01-31 or 2025-01-31T12:00:00Z, or an age such as 90d, 2w, 6m or 1y' };

/** A day (its start, UTC), a moment in ISO 8601, or an age counted back from now. */
function readDate(text: string): Reading {
  const [, count, unit] = /^(\d{1,4})([dwmy])$/.exec(text) ?? [];
  if (count !== undefined) return { value: shifted(-Number(count), unit as 'd' | 'w' | 'm' | 'y') };
  if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,3})?)?(Z|[+-]\d\d:?\d\d)?)?$/.test(text)) return dateProblem;
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  // `new Date` takes 2025-02-31 for a day in March.
  if (Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== text.slice(0, 10)) return dateProblem;
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? dateProblem : { value: date };
}

/** The day `count` units from today, before today when it is negative. */
function shifted(count: number, unit: 'd' | 'w' | 'm' | 'y'): Date {
  const date = new Date();
  switch (unit) {
    case 'd':
      date.setUTCDate(date.getUTCDate() + count);
      return date;
    case 'w':
      date.setUTCDate(date.getUTCDate() + 7 * count);
      return date;
    case 'm':
      date.setUTCMonth(date.getUTCMonth() + count);
      return date;
    case 'y':
      date.setUTCFullYear(date.getUTCFullYear() + count);
      return date;
    default:
      return unit satisfies never;
  }
}

const durationSyntax = /^(?:(\d{1,5})([smhdw])|0)$/;
const unitMs = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

/** Milliseconds. */
function readDuration(text: string): Reading {
  if (text === '0') return { value: 0 };
  const [, count, unit] = durationSyntax.exec(text) ?? [];
  if (count === undefined) return { problem: 'must be a duration such as 30m, 12h, 7d or 2w' };
  return { value: Number(count) * unitMs[unit as keyof typeof unitMs] };
}

function readChoice(text: string, { choices = [] }: ValueSpec): Reading {
  if (choices.includes(text)) return { value: text };
  const meant = suggest(text, choices);
  const list = choices.length > 1 ? `${choices.slice(0, -1).join(', ')} or ${choices.at(-1)}` : choices[0];
  return { problem: `must be ${list}${meant ? `; did you mean ${meant}?` : ''}` };
}
