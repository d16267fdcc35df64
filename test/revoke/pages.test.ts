import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Credential } from '../../src/model/revocation.ts';
import { Secret } from '../../src/model/secret.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import { mostPages } from '../../src/revoke/pages.ts';
import type { ReadyHttpStep, ReadyRevoker } from '../../src/revoke/revoker-schema.ts';
import { subjectOf, takeStep } from '../../src/revoke/steps.ts';
import { loadTransport } from '../../src/wire/transport.ts';
import { createWire, type Wire } from '../../src/wire/wire.ts';

// Lists that come in pages, as each provider documents them. An element counts when it is the only one of all pages.

/** How a provider gives a page of a list. */
interface Provider {
  readonly pattern: string;
  readonly host: string;
  /** How many elements it gives at once. */
  readonly size: number;
  readonly admin?: string;
  readonly site?: string;
  readonly kept?: Readonly<Record<string, string>>;
  /** An element that shows a secret. */
  readonly element: (secret: string, number: number) => unknown;
  /** From which element on is asked for. */
  readonly from: (query: URLSearchParams, headers: IncomingHttpHeaders) => number;
  readonly page: (elements: readonly unknown[], scene: Scene) => Reply;
}

interface Scene {
  readonly start: number;
  readonly total: number;
  readonly size: number;
}

interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json: unknown;
}

const idBefore = (text: string | null) => (text === null ? 0 : Number(text.slice(3)) + 1);
const isMore = ({ start, total, size }: Scene) => start + size < total;
const lastId = (elements: readonly unknown[]) => (elements.at(-1) as { readonly id?: string } | undefined)?.id ?? null;
const ends = (secret: string, head: number, tail: number) => `${secret.slice(0, head)}...${secret.slice(-tail)}`;

const datadog = {
  host: 'api.datadoghq.com',
  size: 100,
  admin: 'ours',
  site: 'datadoghq.com',
  element: (secret: string, number: number) => ({ id: `id-${number}`, attributes: { last4: secret.slice(-4) } }),
  from: (query: URLSearchParams) => Number(query.get('page[number]') ?? 0) * 100,
  page: (data: readonly unknown[], { total }: Scene) => ({ json: { data, meta: { page: { total_filtered_count: total } } } }),
};

const openai = {
  host: 'api.openai.com',
  size: 2,
  admin: 'ours',
  from: (query: URLSearchParams) => idBefore(query.get('after')),
  page: (data: readonly unknown[], scene: Scene) => ({
    json: { object: 'list', data, last_id: lastId(data), has_more: isMore(scene) },
  }),
};

const heroku = {
  host: 'api.heroku.com',
  size: 2,
  element: (secret: string, number: number) => ({ id: `id-${number}`, access_token: { token: secret } }),
  from: (_: URLSearchParams, headers: IncomingHttpHeaders) => Number(/^id \](\d+)\.\./.exec(headers.range ?? '')?.[1] ?? 0),
  page: (json: readonly unknown[], scene: Scene) =>
    isMore(scene)
      ? { status: 206, headers: { 'next-range': `id ]${scene.start + scene.size}..; max=1000` }, json }
      : { status: 200, json },
};

const providers: readonly Provider[] = [
  {
    pattern: 'anthropic-api-key',
    host: 'api.anthropic.com',
    size: 2,
    admin: 'ours',
    element: (secret, number) => ({ id: `id-${number}`, partial_key_hint: ends(secret, 16, 4) }),
    from: (query) => idBefore(query.get('after_id')),
    page: (data, scene) => ({ json: { data, has_more: isMore(scene), last_id: lastId(data) } }),
  },
  {
    pattern: 'contentful-personal-access-token',
    host: 'api.contentful.com',
    size: 2,
    site: 'api.contentful.com',
    element: (secret, number) => ({ sys: { id: `id-${number}`, redactedValue: secret.slice(-4) } }),
    from: (query) => Number(query.get('skip') ?? 0),
    page: (items, { start, total }) => ({ json: { sys: { type: 'Array' }, total, skip: start, items } }),
  },
  { pattern: 'datadog-api-key', ...datadog },
  { pattern: 'datadog-application-key', ...datadog },
  { pattern: 'heroku-api-key', ...heroku },
  { pattern: 'heroku-api-key-legacy', ...heroku },
  {
    pattern: 'linode-access-token',
    host: 'api.linode.com',
    size: 2,
    element: (secret, number) => ({ id: `id-${number}`, token: secret.slice(0, 16) }),
    from: (query) => (Number(query.get('page') ?? 1) - 1) * 2,
    page: (data, { total }) => ({ json: { data, pages: Math.ceil(total / 2), results: total } }),
  },
  {
    pattern: 'mistral-api-key',
    host: 'api.mistral.ai',
    size: 100,
    admin: 'ours',
    element: (secret, number) => ({ key_id: `id-${number}`, hidden_key: ends(secret, 4, 4) }),
    from: (query) => Number(query.get('offset') ?? 0),
    page: (keys) => ({ json: { keys } }),
  },
  {
    pattern: 'mongodb-atlas-api-key',
    host: 'cloud.mongodb.com',
    size: 500,
    admin: 'ours',
    kept: { organization: 'acme', token: 'ours' },
    element: (secret, number) => ({ id: `id-${number}`, privateKey: `********-****-****-${secret.split('-').at(-1)}` }),
    from: (query) => (Number(query.get('pageNum') ?? 1) - 1) * 500,
    page: (results, { total }) => ({ json: { results, totalCount: total } }),
  },
  {
    pattern: 'openai-project-key',
    kept: { project: 'proj_1' },
    ...openai,
    element: (secret, number) => ({ id: `id-${number}`, redacted_value: ends(secret, 6, 3), owner: { type: 'user' } }),
  },
  {
    pattern: 'openai-admin-key',
    ...openai,
    element: (secret, number) => ({ id: `id-${number}`, redacted_value: ends(secret, 8, 3) }),
  },
  {
    pattern: 'openrouter-api-key',
    host: 'openrouter.ai',
    size: 100,
    admin: 'ours',
    element: (secret, number) => ({ hash: `id-${number}`, label: ends(secret, 12, 4), creator_user_id: 'user-1' }),
    from: (query) => Number(query.get('offset') ?? 0),
    page: (data) => ({ json: { data } }),
  },
];

let server: Server;
let url: string;
let reply: (query: URLSearchParams, headers: IncomingHttpHeaders, path: string) => Reply;
let paths: string[];
beforeAll(async () => {
  server = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://localhost');
    paths.push(asked.pathname);
    const { status = 200, headers = {}, json } = reply(asked.searchParams, request.headers, asked.pathname);
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(json));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});
beforeEach(() => {
  paths = [];
});

const { set } = await loadPatterns({ withExamples: true });

interface LookUp {
  readonly secret: string;
  /** Takes the step that looks it up. */
  readonly take: () => ReturnType<typeof takeStep>;
}

async function lookUp({ pattern: id, host, admin, site, kept = {} }: Provider): Promise<LookUp> {
  const pattern = set.patterns.find((one) => one.id === id)!;
  const revoker = (await revokerOf(pattern)) as ReadyRevoker;
  const step = revoker.tasks.revoke.findLast(
    (one): one is ReadyHttpStep => 'request' in one && one.kind === 'look-up' && one.page !== undefined,
  )!;
  const names = pattern.parts.map(({ name }) => `{{part:${name}}}`);
  const expanded = expandExample(pattern, ['{{secret}}', ...names].join(' '), 'pages test');
  const credential: Credential = {
    id: 'finding',
    pattern,
    secret: new Secret(expanded.secret as string),
    parts: Object.fromEntries(Object.entries(expanded.parts).map(([name, value]) => [name, new Secret(value)])),
    verdict: { state: 'unasked' },
    locations: [],
  };
  const subject = subjectOf(revoker, [credential], {
    admin: admin === undefined ? undefined : new Secret(admin),
    told: { identity: 'user-1', ...(site !== undefined && { site }) },
  });
  const take = async () => {
    const wire: Wire = createWire({
      allowHosts: [],
      endpoints: [`${revoker.provider}@${host}=${url}#concurrency=64&perSecond=10000`],
      env: {},
      signal: new AbortController().signal,
    });
    try {
      return await takeStep(
        step,
        { ...subject, variables: { ...subject.variables, kept } },
        { wire, loadTransport, now: () => new Date() },
      );
    } finally {
      await wire.close();
    }
  };
  return { secret: expanded.secret as string, take };
}

/** Another value that shows other ends. */
const other = (secret: string) => [...secret].reverse().join('');

test('every declaration of pages is played here', async () => {
  const declared: string[] = [];
  for (const pattern of set.patterns.filter(({ revoker }) => revoker !== undefined)) {
    const revoker = await revokerOf(pattern);
    if (revoker?.tasks.revoke.some((step) => 'request' in step && step.page)) declared.push(pattern.id);
  }
  expect(declared.sort()).toEqual(providers.map(({ pattern }) => pattern).sort());
});

describe.each(providers.map((provider) => [provider.pattern, provider] as const))('%s', (_, provider) => {
  const { size, element, from, page } = provider;

  /** Plays a list of so many, in which only those of `own` show the secret. */
  function play(secret: string, total: number, own: readonly number[]): void {
    reply = (query, headers) => {
      const start = from(query, headers);
      const elements = Array.from({ length: Math.min(size, Math.max(0, total - start)) }, (_one, index) =>
        element(own.includes(start + index) ? secret : other(secret), start + index),
      );
      return page(elements, { start, total, size });
    };
  }

  test('one on the last page is found, and all pages are asked for at one place', async () => {
    const { secret, take } = await lookUp(provider);
    play(secret, size * 2 + 1, [size * 2]);
    const acted = await take();
    expect(acted, JSON.stringify(acted)).toMatchObject({ outcome: 'accepted' });
    expect('kept' in acted && Object.values(acted.kept ?? {})).toContain(`id-${size * 2}`);
    expect(paths).toHaveLength(3);
    expect(new Set(paths).size).toBe(1);
  });

  test.each([0, 1, 2])('a list of %d full pages is read to its end', async (full) => {
    const { secret, take } = await lookUp(provider);
    play(secret, size * full, []);
    expect(await take()).toMatchObject({ outcome: 'refused', isMissing: true });
    expect(paths.length).toBeLessThanOrEqual(full + 1);
  });

  test('with another on another page that looks the same nothing is done', async () => {
    const { secret, take } = await lookUp(provider);
    play(secret, size + 1, [0, size]);
    const acted = await take();
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining('lists 2 that may be this one') });
    expect(acted).not.toHaveProperty('isMissing');
  });

  test('a page that does not come is no end', async () => {
    const { secret, take } = await lookUp(provider);
    play(secret, size * 2, [0]);
    const whole = reply;
    reply = (query, headers, path) => (paths.length > 1 ? { status: 403, json: {} } : whole(query, headers, path));
    const acted = await take();
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining('403') });
    expect(acted).not.toHaveProperty('isMissing');
  });

  test('a list without an end is given up on: the one that was found there is not proven', async () => {
    const { secret, take } = await lookUp(provider);
    play(secret, size * (mostPages + 1), [0]);
    const acted = await take();
    expect(acted).toMatchObject({
      outcome: 'refused',
      evidence: expect.stringMatching(/^not proven to be this one: .*has more than/),
    });
    expect(acted).not.toHaveProperty('isMissing');
    expect(paths).toHaveLength(mostPages);
  });
});

describe('what a list says of itself is not trusted further than it goes', () => {
  const anthropic = providers[0]!;

  test('one that goes in circles', async () => {
    const { secret, take } = await lookUp(anthropic);
    reply = () => ({ json: { data: [anthropic.element(secret, 1)], has_more: true, last_id: 'id-1' } });
    expect(await take()).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining('gave before') });
  });

  test.each([
    [{ has_more: true }, 'not where'],
    [{ last_id: 'id-1' }, 'whether there are more'],
    [{ has_more: 'no', last_id: 'id-1' }, 'whether there are more'],
  ])('one that says %j', async (said, why) => {
    const { secret, take } = await lookUp(anthropic);
    reply = () => ({ json: { data: [anthropic.element(secret, 1)], ...said } });
    expect(await take()).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining(why) });
  });

  test('a cursor is a value, and names no other place', async () => {
    const { secret, take } = await lookUp(anthropic);
    const queries: string[] = [];
    reply = (query) => {
      queries.push(query.get('after_id') ?? '');
      const isFirst = queries.length === 1;
      return { json: { data: [], has_more: isFirst, last_id: isFirst ? '../../x?a=b&limit=1#f' : null } };
    };
    expect(await take()).toMatchObject({ outcome: 'refused' });
    expect(secret).not.toBe('');
    expect(queries).toEqual(['', '../../x?a=b&limit=1#f']);
    expect(new Set(paths).size).toBe(1);
  });
});
