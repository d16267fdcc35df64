import { expect } from 'vitest';
import { startHanging } from '../../../fixtures/servers/hanging.ts';
import { freePort } from '../../../fixtures/servers/program.ts';
import { Secret } from '../../../src/model/secret.ts';
import { loadProtocol, type ProtocolAnswer } from '../../../src/wire/protocol.ts';
import { createWire } from '../../../src/wire/wire.ts';

/** Asks through the wire as a run does that allows loopback. `totalMs` is for servers that never answer. */
export async function askBy(
  name: string,
  fields: Readonly<Record<string, string>>,
  totalMs?: number,
  env: NodeJS.ProcessEnv = {},
): Promise<ProtocolAnswer> {
  const protocol = await loadProtocol(name);
  const wire = createWire({
    allowHosts: ['localhost', '127.0.0.1'],
    endpoints: [],
    env,
    signal: new AbortController().signal,
    ...(totalMs && { timeouts: { totalMs } }),
  });
  try {
    return await protocol.ask(fields, {
      wire,
      to: { provider: name, hosts: [] },
      hide: [fields.password, fields.key].flatMap((value) => (value ? [new Secret(value)] : [])),
      now: () => new Date('2026-01-02T03:04:05Z'),
    });
  } finally {
    await wire.close();
  }
}

/** What every protocol makes of a port where nobody is, of a host that is none, and of a server that never says a word. */
export async function expectUnreachable(name: string, fields: Readonly<Record<string, string>>): Promise<void> {
  expect(await askBy(name, { ...fields, host: `127.0.0.1:${await freePort()}` })).toMatchObject({
    state: 'unknown',
    reason: expect.stringMatching(/refused|ESOCKET/),
  });
  expect(await askBy(name, { ...fields, host: '${HOST}' })).toMatchObject({ state: 'unknown', asked: [] });
  const hanging = await startHanging();
  try {
    const answer = await askBy(name, { ...fields, host: `127.0.0.1:${hanging.port}` }, 300);
    expect(answer).toMatchObject({ state: 'unknown', asked: [{ outcome: expect.stringMatching(/time|answer/) }] });
    await expect.poll(hanging.open, { timeout: 10_000 }).toBe(0);
  } finally {
    await hanging.stop();
  }
}
