import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import type { Json } from '../../src/model/verification.ts';
import type { RequestTemplate } from '../../src/verify/request.ts';
import { overHttp, set } from './kinds.ts';

// What is sent to a provider that publishes a description of its API on npm, held against that description. The package has
// 400 MB, which is more than all others together: .ci/run brings it, and whoever has put it into a folder of node_modules that
// QUASH_PUBLISHED_APIS names. Elsewhere this is skipped.

interface Operation {
  readonly parameters?: readonly (Parameter | { readonly $ref: string })[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
}
interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly parameters: Readonly<Record<string, Parameter>> };
}

const folder = process.env.QUASH_PUBLISHED_APIS;
const isSkipped = folder === undefined && process.env.QUASH_TEST_SERVERS !== 'required';
const github: Description = isSkipped ? { paths: {}, components: { parameters: {} } } : readDescription();
const ajv = new Ajv({ strict: false, validateFormats: false }).addSchema(github, 'github');

function readDescription(): Description {
  if (folder === undefined) throw new Error('QUASH_PUBLISHED_APIS names no folder that has @octokit/openapi in its node_modules');
  const { resolve } = createRequire(join(folder, 'package.json'));
  return JSON.parse(readFileSync(resolve('@octokit/openapi').replace('index.js', 'generated/api.github.com.json'), 'utf8'));
}

interface Sent {
  readonly of: string;
  readonly request: RequestTemplate;
  readonly accepted: readonly number[];
  readonly most?: number;
}

const host = /^https:\/\/(?:api\.github\.com|\{\{part:api\}\})(?=\/)/;

const asked: readonly Sent[] = set.patterns
  .filter(({ provider }) => provider === 'github')
  .flatMap(({ id, verify }) =>
    verify && 'steps' in verify
      ? verify.steps.map((request) => ({ of: `${id}, asked`, request, accepted: statusesOf(request.live) }))
      : [],
  );
const done: readonly Sent[] = overHttp
  .filter(({ pattern }) => pattern.provider === 'github')
  .flatMap(({ pattern, revoker }) =>
    Object.entries(revoker.tasks).flatMap(([task, steps]) =>
      steps.flatMap((step) =>
        'request' in step
          ? [
              {
                of: `${pattern.id}, ${task}`,
                request: step.request,
                accepted: statusesOf(step.accepted),
                most: revoker.batch.max,
              },
            ]
          : [],
      ),
    ),
  );

function statusesOf(rules: readonly { readonly status: readonly number[] }[]): readonly number[] {
  return rules.flatMap(({ status }) => status);
}

test('there is something to hold against it', () => {
  expect(done.length).toBeGreaterThanOrEqual(6);
  expect(asked.filter(({ request }) => host.test(request.url)).length).toBeGreaterThanOrEqual(5);
  // What is spoken to beside the API is the login, which no description tells of.
  const others = [...done, ...asked].map(({ request }) => request.url).filter((url) => !host.test(url));
  expect(new Set(others.map((url) => url.split('?')[0]))).toEqual(new Set(['https://github.com/login/oauth/access_token']));
});

describe
  .skipIf(isSkipped)
  .each([...done, ...asked].filter(({ request }) => host.test(request.url)).map((one) => [one.of, one] as const))(
  'GitHub describes what is sent for %s',
  (_, { request, accepted, most }) => {
    const [path = '', query = ''] = request.url.replace(host, '').split('?');
    const described = Object.keys(github.paths).find((one) => isAt(one, path)) ?? '';
    const operation = github.paths[described]?.[request.method.toLowerCase()];

    test('its method and its path', () => {
      expect(operation, `${request.method} ${path}`).toBeDefined();
    });

    test('its parameters', () => {
      const known = (operation?.parameters ?? []).map((one) =>
        '$ref' in one ? (github.components.parameters[one.$ref.split('/').at(-1) ?? ''] as Parameter) : one,
      );
      const given = [...new URLSearchParams(query).keys()];
      const names = known.filter((one) => one.in === 'query').map(({ name }) => name);
      expect(given.filter((name) => !names.includes(name))).toEqual([]);
      expect(known.filter((one) => one.in === 'query' && one.required && !given.includes(one.name))).toEqual([]);
    });

    test('its body, as large as it may become', () => {
      const { body } = request;
      if (!operation?.requestBody || !body) {
        expect([operation?.requestBody, body]).toEqual([undefined, undefined]);
        return;
      }
      const at = ['paths', described, request.method.toLowerCase(), 'requestBody', 'content', 'application/json', 'schema'];
      const validate = ajv.compile({ $ref: `github#/${at.map(pointer).join('/')}` });
      const sample = 'json' in body ? sampleOf(body.json, most ?? 1) : body;
      expect(validate(sample), JSON.stringify(validate.errors)).toBe(true);
      // And no larger.
      if (most !== undefined && most > 1 && 'json' in body) expect(validate(sampleOf(body.json, most + 1))).toBe(false);
      expect(validate({})).toBe(false);
    });

    test('the answer that it is taken by', () => {
      expect(accepted.filter((status) => !Object.hasOwn(operation?.responses ?? {}, String(status)))).toEqual([]);
    });
  },
);

function isAt(template: string, path: string): boolean {
  const [wanted, given] = [template.split('/'), path.split('/')];
  return (
    wanted.length === given.length &&
    wanted.every((segment, index) => segment === given[index] || (segment.startsWith('{') && given[index]?.startsWith('{{')))
  );
}

function pointer(key: string): string {
  return encodeURIComponent(key.replaceAll('~', '~0').replaceAll('/', '~1'));
}

/** A body with something in the place of every value. */
function sampleOf(json: Json, count: number): Json {
  if (json === '{{secrets}}') return Array.from({ length: count }, (_, index) => `token ${index}`);
  if (typeof json !== 'object' || json === null) return json;
  if (Array.isArray(json)) return json.map((one: Json) => sampleOf(one, count));
  return Object.fromEntries(Object.entries(json).map(([name, one]) => [name, sampleOf(one as Json, count)]));
}
