import { z } from 'zod';
import { decoders, identities, severities } from '../model/pattern.ts';
import { verifySchema } from './verify-schema.ts';

const boundaries = ['token', 'word', 'alnum', 'none'] as const;
const partDirections = ['around', 'after', 'before'] as const;

const id = z
  .string()
  .regex(/^[a-z0-9]+(?:-[a-z0-9]+)*$/, 'must be kebab-case: lower-case letters, digits and single dashes')
  .max(80);

const regex = z.string().min(1).max(10_000);

const boundarySides = z.strictObject({
  left: z.enum(boundaries).default('token'),
  right: z.enum(boundaries).default('token'),
});

const boundary = z.union([z.enum(boundaries), boundarySides]);

const decoderChoice = z.union([z.enum(['all', 'none']), z.array(z.enum(decoders)).min(1)]);

const part = z.strictObject({
  name: z
    .string()
    .regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, 'must be lower-case letters, digits, and single - or _')
    .max(40)
    .meta({ description: 'How the part is called in reports, e.g. secret, host, account.' }),
  regex: regex.meta({ description: 'RE2. A group named secret marks the value; without one the whole match is the value.' }),
  within: z
    .int()
    .min(1)
    .max(8192)
    .meta({ description: "Bytes before the match's start and after its end in which the part must lie.", examples: [300] }),
  required: z.boolean().default(true).meta({ description: 'Whether nothing is reported without it.' }),
  identifies: z.boolean().default(false).meta({ description: 'Whether it is part of what tells one credential from another.' }),
  entropy: z.number().min(0).max(8).default(0).meta({ description: 'Least Shannon entropy of its value, bits per character.' }),
  direction: z.enum(partDirections).default('around').meta({ description: 'On which side of the match it may lie.' }),
});

const runbook = z
  .strictObject({
    page: z
      .url({ protocol: /^https$/ })
      .optional()
      .meta({ description: 'The page where it is taken back.' }),
    steps: z.array(z.string().min(1).max(400)).min(1).max(12),
    ask: z.string().min(1).max(200).optional().meta({ description: 'Whom to ask.' }),
    survives: z.string().min(1).max(400).optional().meta({ description: 'What goes on working afterwards, and for how long.' }),
  })
  .meta({ description: 'What a person does where no API takes the credential back.' });

const pattern = z.strictObject({
  id: id.meta({
    description: 'Permanent name, beginning with the provider; stands in every report.',
    examples: ['example-api-key'],
  }),
  name: z
    .string()
    .min(1)
    .max(100)
    .meta({ description: 'What people call it.', examples: ['Example API key'] }),
  docs: z
    .url({ protocol: /^https?$/ })
    .optional()
    .meta({ description: "The provider's page about this credential." }),
  regex: regex.optional().meta({
    description:
      'RE2 syntax, in single quotes. Every repetition needs an upper bound unless maxLength caps the match. A group named secret marks the value inside a longer match.',
    examples: ['exk_[0-9A-Za-z]{32}'],
  }),
  detector: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'must be kebab-case')
    .optional()
    .meta({ description: 'A detector built into quash that decides instead of a regex; the literals are then its keywords.' }),
  literals: z.union([z.literal('none'), z.array(z.string().min(1).max(100)).min(1).max(300)]).meta({
    description:
      'Strings of at least three bytes; every match holds one of them, in the case that the regex allows. none: the regex runs on everything, which is slow.',
    examples: [['exk_']],
  }),
  boundary: boundary.default('token').meta({
    description:
      'Which characters may not touch a match: token 0-9A-Za-z_-, word 0-9A-Za-z_, alnum 0-9A-Za-z, none. One for both sides, or {left, right}.',
  }),
  entropy: z
    .number()
    .min(0)
    .max(8)
    .default(0)
    .meta({ description: 'Least Shannon entropy of the value, bits per character.', examples: [3.2] }),
  checksum: z
    .string()
    .optional()
    .meta({ description: 'A check the value must pass.', examples: ['crc32-base62'] }),
  parts: z.array(part).max(8).default([]).meta({ description: 'Other values of the same credential, found near the match.' }),
  decoders: decoderChoice.default('all').meta({ description: 'Encodings behind which the pattern is looked for.' }),
  paths: z
    .strictObject({ only: z.array(z.string().min(1)).min(1).optional(), not: z.array(z.string().min(1)).min(1).optional() })
    .optional()
    .meta({ description: 'Globs of the paths that the pattern applies to, or not.', examples: [{ only: ['**/*.json'] }] }),
  severity: z
    .enum(severities)
    .default('high')
    .meta({ description: 'How bad it is when the credential is live and in wrong hands.' }),
  identity: z.enum(identities).default('unknown').meta({ description: 'What kind of identity the credential stands for.' }),
  lifetime: z
    .string()
    .regex(
      /^(?:none|embedded|rotating|[1-9][0-9]*(?:s|m|h|d|w|y))$/,
      'must be none, embedded, rotating, or a duration such as 90d',
    )
    .optional()
    .meta({ description: 'none, embedded (the value tells), rotating, or a duration.', examples: ['90d'] }),
  generic: z.boolean().optional().meta({
    description:
      'Whether this is no provider’s own shape; its findings yield to those of other patterns. Detectors are unless they say otherwise.',
  }),
  confidence: z.number().min(0).max(1).default(1).meta({ description: 'How likely a match is a secret.' }),
  allow: z
    .array(z.string().min(1))
    .default([])
    .meta({
      description: 'Values that are public samples or placeholders: exact, or RE2 after re:',
      examples: [['re:^exk_0+$']],
    }),
  maxLength: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .meta({ description: 'Bytes; caps a match whose regex has no longest length, and accepts what a long reach costs.' }),
  verify: verifySchema.optional().meta({ description: 'How its provider is asked, read-only, whether the credential works.' }),
  unverified: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .meta({ description: 'Why its provider is not asked, where there is no verify.' }),
  revoker: z.string().optional().meta({ description: 'The file in revokers/ that can take the credential back.' }),
  runbook: runbook.optional(),
  examples: z
    .array(z.union([z.string().min(1), z.strictObject({ text: z.string().min(1) })]))
    .default([])
    .meta({
      description:
        'Texts in which this pattern, and no other provider’s, must be found. {{secret}} and {{match}} are generated from the regex.',
      examples: [['EXAMPLE_KEY={{secret}}']],
    }),
  counterExamples: z
    .array(z.strictObject({ text: z.string().min(1), why: z.string().min(1) }))
    .default([])
    .meta({
      description: 'Texts in which the pattern must not be found, each with the reason.',
      examples: [[{ text: 'exk_{{"x" * 32}}', why: 'placeholder' }]],
    }),
});

const patternFile = z
  .strictObject({
    $schema: z.string().optional(),
    provider: id.meta({ description: 'The provider, and the name of the file.' }),
    name: z.string().min(1).max(100).optional().meta({ description: "The provider's name as people write it." }),
    docs: z
      .url({ protocol: /^https?$/ })
      .optional()
      .meta({ description: 'Documentation that holds for all patterns of the file.' }),
    runbook: runbook.optional().meta({ description: 'The runbook of patterns that have none of their own.' }),
    patterns: z.array(pattern).min(1).max(1000),
  })
  .meta({ title: 'quash pattern file', description: 'What the credentials of one provider look like.' });

export { boundarySides as boundarySidesSchema, pattern as patternSchema, patternFile as patternFileSchema };

/** A pattern as its YAML says it, defaults filled in. */
export type PatternDefinition = z.output<typeof pattern>;
/** A pattern file as its YAML says it, defaults filled in. */
export type PatternFile = z.output<typeof patternFile>;

/** The JSON Schema of a pattern file, for editors; published as `patterns/schema.json`. */
export function patternJsonSchema(): string {
  const schema = z.toJSONSchema(patternFile, { io: 'input', target: 'draft-7' });
  return `${JSON.stringify(schema, undefined, 2)}\n`;
}
