import type { AddressInfo } from 'node:net';
import ssh from 'ssh2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type SshServer, sshPrograms, startSsh } from '../../../fixtures/servers/openssh.ts';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { askBy, expectUnreachable } from './asking.ts';

const suite = serverSuite('OpenSSH', sshPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: SshServer;
  let good: ReturnType<SshServer['makeKey']>;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startSsh();
    good = server.makeKey('ed25519');
    server.authorize([good.publicKey]);
    fields = { host: `localhost:${server.port}`, user: server.user, key: good.key };
  });
  afterAll(() => server?.stop());

  test('a key that is taken is live, and tells for whom and by which server', async () => {
    expect(await askBy('ssh', fields)).toMatchObject({
      state: 'live',
      identity: `${server.user}@localhost`,
      evidence: expect.stringMatching(/^the server \(SHA256:[0-9A-Za-z+/]{43}\) took the key for /),
      asked: [{ method: 'ssh', url: `ssh://localhost:${server.port}` }],
    });
  });

  test.each([
    ['rsa', 'RFC4716'],
    ['rsa', 'PEM'],
    ['rsa', 'PKCS8'],
    ['ecdsa', 'PEM'],
    ['ecdsa', 'PKCS8'],
  ] as const)('an %s key written as %s is read, in one line of a string as well', async (type, format) => {
    const { key, publicKey } = server.makeKey(type, format);
    server.authorize([good.publicKey, publicKey]);
    expect(await askBy('ssh', { ...fields, key })).toMatchObject({ state: 'live' });
    expect(await askBy('ssh', { ...fields, key: key.trim().replaceAll('\n', '\\n') })).toMatchObject({ state: 'live' });
    server.authorize([good.publicKey]);
  });

  test('a key that is refused is dead only where the host is the only one for it', async () => {
    const { key } = server.makeKey('ed25519');
    const answer = await askBy('ssh', { ...fields, key });
    expect(answer).toMatchObject({ state: 'unknown', reason: expect.stringContaining('says nothing of other hosts') });
    expect(await askBy('ssh', { ...fields, key, only: 'yes' })).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('refused the key'),
    });
  });

  test('a key that is taken and not enough is live; a server that takes no keys proves nothing', async () => {
    const other = server.makeKey('ed25519').key;
    const strict = { ...fields, host: `localhost:${server.strictPort}` };
    expect(await askBy('ssh', strict)).toMatchObject({ state: 'live' });
    expect(await askBy('ssh', { ...strict, key: other, only: 'yes' })).toMatchObject({ state: 'dead' });
    expect(await askBy('ssh', { ...fields, host: `localhost:${server.passwordPort}`, only: 'yes' })).toMatchObject({
      state: 'unknown',
      reason: 'the server takes no keys',
    });
  });

  test('a key with a passphrase, or none at all, is not offered', async () => {
    const { key } = server.makeKey('ed25519', 'RFC4716', 'some words');
    for (const bad of [key, 'not a key', ''])
      expect(await askBy('ssh', { ...fields, key: bad })).toMatchObject({ state: 'unknown', asked: [] });
  });

  test('a server that takes whatever it is offered proves nothing, and sees no channel', async () => {
    let channels = 0;
    const open = new ssh.Server({ hostKeys: [server.makeKey('ed25519').key] }, (client) => {
      client.on('authentication', (context) => context.accept());
      client.on('session', () => channels++);
      client.on('error', () => {});
    });
    await new Promise<void>((resolve) => open.listen(0, '127.0.0.1', resolve));
    try {
      expect(await askBy('ssh', { ...fields, host: `127.0.0.1:${(open.address() as AddressInfo).port}` })).toMatchObject({
        state: 'unknown',
        reason: 'the server takes whatever key it is offered',
      });
      expect(channels).toBe(0);
    } finally {
      open.close();
    }
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('ssh', fields));
});
