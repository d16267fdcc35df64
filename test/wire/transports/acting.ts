import { Secret } from '../../../src/model/secret.ts';
import { type Acted, loadTransport } from '../../../src/wire/transport.ts';
import { createWire } from '../../../src/wire/wire.ts';

/** Does one action through the wire as a run does that allows loopback. `totalMs` is for servers that never answer. */
export async function actBy(
  name: string,
  action: string,
  fields: Readonly<Record<string, string>>,
  totalMs?: number,
): Promise<Acted> {
  const { actions } = await loadTransport(name);
  const wire = createWire({
    allowHosts: ['localhost', '127.0.0.1'],
    endpoints: [],
    env: {},
    signal: new AbortController().signal,
    ...(totalMs && { timeouts: { totalMs } }),
  });
  try {
    return await actions[action]!.act(fields, {
      wire,
      to: { provider: name, hosts: [] },
      hide: fields.admin ? [new Secret(fields.admin)] : [],
      now: () => new Date('2026-01-02T03:04:05Z'),
    });
  } finally {
    await wire.close();
  }
}
