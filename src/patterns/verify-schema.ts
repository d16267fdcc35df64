import { z } from 'zod';
import {
  type HttpVerification,
  type Method,
  methods,
  type ProtocolVerification,
  type Rule,
  type Source,
  type Step,
  type Tells,
  toldFields,
  type Verification,
} from '../model/verification.ts';

const scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const matcher = z.union([scalar, z.array(scalar).min(1)]);
const template = z.string().max(4000);
const name = z.string().regex(/^[a-z][a-z0-9]*(?:[-_][a-z0-9]+)*$/, 'must be lower-case letters, digits, and single - or _');

const rule = z.strictObject({
  status: z
    .union([z.int().min(100).max(599), z.array(z.int().min(100).max(599)).min(1)])
    .meta({ description: 'The status, or one of several.', examples: [200] }),
  headers: z.record(z.string(), matcher).default({}).meta({ description: 'What headers must hold, by name.' }),
  json: z
    .record(z.string(), matcher)
    .default({})
    .meta({
      description:
        'What the JSON body must hold, by path (user.id, items[0].id, errors[].code): a value, one of a list, re:REGEX, or string, number, boolean, object, array, present, absent.',
      examples: [{ id: 'string' }],
    }),
  text: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
    .optional()
    .meta({ description: 'What must stand in the body, or one of several; RE2 after re:.' }),
  type: z.enum(['json', 'html', 'xml', 'text']).optional().meta({ description: 'What the answer must call itself.' }),
  why: z.string().min(1).max(200).optional().meta({ description: 'What the answer means, for evidence and reasons.' }),
});

const rules = z.union([rule, z.array(rule).min(1)]);

const source = z.union([
  z.string().min(1),
  z.strictObject({
    from: z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]),
    split: z.string().min(1).optional().meta({ description: 'Cuts a text into a list.' }),
    time: z.enum(['iso', 'seconds', 'milliseconds', 'from-now']).optional().meta({ description: 'How a time is written.' }),
  }),
]);

const tells = z.partialRecord(z.enum(toldFields), source).meta({
  description: 'Where the answer tells whose the credential is and what it may: json.PATH, header.NAME, or a template.',
  examples: [{ identity: 'json.email', scopes: { from: 'header.x-oauth-scopes', split: ',' } }],
});

type JsonInput = z.infer<typeof scalar> | JsonInput[] | { [key: string]: JsonInput };
const json: z.ZodType<JsonInput> = z.lazy(() => z.union([scalar, z.array(json), z.record(z.string(), json)]));

const step = {
  request: z
    .string()
    .regex(
      /^(?:GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) \S+$/,
      'must be a method and a URL, such as GET https://api.example.com/v1/me',
    )
    .meta({ description: 'Method and URL. Variables: {{secret}}, {{part:NAME}}, {{pick:NAME}}, {{kept:NAME}}, {{site}}.' }),
  headers: z.record(z.string(), template).optional(),
  basic: z
    .strictObject({ user: template.default(''), password: template.default('') })
    .optional()
    .meta({ description: 'HTTP Basic authentication.' }),
  body: z
    .union([
      z.strictObject({ json }),
      z.strictObject({ form: z.record(z.string(), template) }),
      z.strictObject({ text: template, type: z.string().min(1) }),
    ])
    .optional(),
  readOnly: z
    .url({ protocol: /^https$/ })
    .optional()
    .meta({ description: 'The page that says that this verb changes nothing here. Needed for all but GET and HEAD.' }),
  live: rules.optional().meta({ description: 'What an answer must hold to prove the credential alive.' }),
  dead: z
    .union([z.literal('never'), rules])
    .optional()
    .meta({ description: 'What an answer must hold to prove it dead, or never where none does. Everything else is unknown.' }),
  unknown: rules
    .optional()
    .meta({ description: 'Answers that are known and prove nothing, with why; they count before live and dead.' }),
  keep: z.record(name, source).optional().meta({ description: 'What the steps behind it need of the answer, as {{kept:NAME}}.' }),
  tells: tells.optional(),
};

const asking = {
  hosts: z
    .array(z.string().regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/, 'must be a host, or *. and a domain'))
    .optional()
    .meta({ description: 'Hosts of the provider that a URL found in the text may name.' }),
  pick: z
    .record(
      name,
      z.union([z.string().min(1), z.strictObject({ of: z.string().regex(/^(?:secret|part:\S+)$/), regex: z.string().min(1) })]),
    )
    .optional()
    .meta({ description: 'Variables cut out of the secret, or of a part, by RE2: {{pick:NAME}}.' }),
  defaults: z.record(name, z.string()).optional().meta({ description: 'What parts are taken to be where none was found.' }),
  limits: z.strictObject({ concurrency: z.int().min(1).optional(), perSecond: z.number().positive().optional() }).optional(),
  selfHosted: z
    .literal(true)
    .optional()
    .meta({ description: 'Whether users run servers of their own: dead at the hosted one then proves nothing.' }),
  effects: z.string().min(1).max(300).optional().meta({ description: 'What asking brings about besides an answer.' }),
};

const several = {
  sites: z.array(z.string().min(1)).min(1).optional().meta({ description: 'Values of {{site}}; dead is dead at all of them.' }),
  cleanup: z
    .array(z.strictObject(step))
    .optional()
    .meta({ description: 'Requests that take back what the steps brought about.' }),
};

/** The `verify` of a pattern: one request, several steps, or a protocol. */
export const verifySchema = z
  .union([
    z.strictObject({ ...step, ...asking, ...several }),
    z.strictObject({ steps: z.array(z.strictObject(step)).min(1).max(5), ...asking, ...several }),
    z.strictObject({
      protocol: z
        .string()
        .regex(/^[a-z][a-z0-9-]*$/)
        .meta({ description: 'A protocol that is spoken otherwise than by declared HTTP.' }),
      with: z.record(name, template).default({}).meta({ description: 'What the protocol needs, as templates.' }),
      dead: z.literal('never').optional().meta({ description: 'No answer of the protocol proves it dead.' }),
      ...asking,
    }),
  ])
  .meta({
    description: 'How to ask the provider, by a read-only request, whether the credential is alive.',
    examples: [
      {
        request: 'GET https://api.example.com/v1/me',
        headers: { authorization: 'Bearer {{secret}}' },
        live: { status: 200, json: { id: 'string' } },
        dead: { status: 401, json: { error: 'invalid_key' } },
        tells: { identity: 'json.email' },
      },
    ],
  });

type VerifyDefinition = z.output<typeof verifySchema>;
type StepDefinition = z.output<z.ZodObject<typeof step>>;

/** Brings what the YAML says into the one form that is run. */
export function verificationOf(definition: VerifyDefinition): Verification {
  const asked = {
    hosts: definition.hosts ?? [],
    pick: Object.fromEntries(
      Object.entries(definition.pick ?? {}).map(([key, pick]) => [
        key,
        typeof pick === 'string' ? { of: 'secret', regex: pick } : pick,
      ]),
    ),
    defaults: definition.defaults ?? {},
    ...(definition.limits && { limits: definition.limits }),
    ...(definition.selfHosted && { isSelfHosted: true as const }),
    ...(definition.effects !== undefined && { effects: definition.effects }),
  };
  if ('protocol' in definition)
    return {
      protocol: definition.protocol,
      with: definition.with,
      ...(definition.dead && { isNeverDead: true as const }),
      ...asked,
    } as ProtocolVerification;
  const steps = 'steps' in definition ? definition.steps : [definition];
  return {
    steps: steps.map(stepOf),
    cleanup: (definition.cleanup ?? []).map(stepOf),
    sites: definition.sites ?? [],
    ...asked,
  } as HttpVerification;
}

function stepOf(definition: StepDefinition): Step {
  const space = definition.request.indexOf(' ');
  const method = methods.find((one) => one === definition.request.slice(0, space)) as Method;
  return {
    method,
    url: definition.request.slice(space + 1),
    headers: Object.fromEntries(Object.entries(definition.headers ?? {}).map(([key, value]) => [key.toLowerCase(), value])),
    ...(definition.basic && { basic: definition.basic }),
    ...(definition.body && { body: definition.body }),
    ...(definition.readOnly !== undefined && { readOnly: definition.readOnly }),
    live: rulesOf(definition.live),
    dead: definition.dead === 'never' ? [] : rulesOf(definition.dead),
    ...(definition.dead === 'never' && { isNeverDead: true as const }),
    unknown: rulesOf(definition.unknown),
    keep: Object.fromEntries(Object.entries(definition.keep ?? {}).map(([key, value]) => [key, sourceOf(value)])),
    tells: Object.fromEntries(
      Object.entries(definition.tells ?? {}).map(([key, value]) => [key, sourceOf(value as z.output<typeof source>)]),
    ) as Tells,
  };
}

function rulesOf(definition: z.output<typeof rules> | undefined): readonly Rule[] {
  const list = definition === undefined ? [] : Array.isArray(definition) ? definition : [definition];
  return list.map(({ status, headers, json: body, text, type, why }) => ({
    status: Array.isArray(status) ? status : [status],
    headers: Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
    json: body,
    text: text === undefined ? [] : Array.isArray(text) ? text : [text],
    ...(type && { type }),
    ...(why !== undefined && { why }),
  }));
}

function sourceOf(definition: z.output<typeof source>): Source {
  if (typeof definition === 'string') return { from: [definition] };
  const { from, split, time } = definition;
  return { from: Array.isArray(from) ? from : [from], ...(split !== undefined && { split }), ...(time && { time }) };
}
