import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fingerprintKey, keyFile } from '../../src/ledger/key.ts';
import { temporaryFolder } from './candidates.ts';
import { keyInProcess } from './processes.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('QUASH_KEY', () => {
  const key = randomBytes(32);

  it('is the key itself as hex, base64 or base64url of 32 bytes', async () => {
    for (const text of [key.toString('hex'), key.toString('base64'), key.toString('base64url'), ` ${key.toString('hex')}\n`]) {
      expect(hex((await fingerprintKey({ QUASH_KEY: text })).key)).toBe(key.toString('hex'));
    }
  });

  it('is hashed when it is any other text of 16 bytes and more', async () => {
    const one = await fingerprintKey({ QUASH_KEY: 'a passphrase of the team' });
    const other = await fingerprintKey({ QUASH_KEY: 'a passphrase of the team!' });
    expect(one.key).toHaveLength(32);
    expect(hex(one.key)).not.toBe(hex(other.key));
  });

  it('is refused when shorter, and not printed', async () => {
    await expect(fingerprintKey({ QUASH_KEY: 'fifteen bytes..' })).rejects.toMatchObject({
      code: 'config',
      message: expect.not.stringContaining('fifteen'),
    });
  });

  it('goes before the key file, which is then not made', async () => {
    const home = await temporaryFolder();
    await fingerprintKey({ QUASH_KEY: key.toString('hex'), XDG_CONFIG_HOME: home });
    expect(await readdir(home)).toEqual([]);
  });

  it('makes the ids of the file whose content it is', async () => {
    const home = await temporaryFolder();
    const made = await fingerprintKey({ XDG_CONFIG_HOME: home });
    const handedOn = await fingerprintKey({ QUASH_KEY: await readFile(join(home, 'quash/key'), 'utf8') });
    expect(hex(handedOn.key)).toBe(hex(made.key));
  });
});

describe('the key file', () => {
  it('is made with 32 random bytes that only its owner may read, and kept', async () => {
    const home = await temporaryFolder();
    const first = await fingerprintKey({ XDG_CONFIG_HOME: home });
    const second = await fingerprintKey({ XDG_CONFIG_HOME: home });
    expect(first.notice).toBeUndefined();
    expect(hex(second.key)).toBe(hex(first.key));
    expect((await stat(join(home, 'quash/key'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(home, 'quash'))).mode & 0o777).toBe(0o700);
    expect(await readdir(join(home, 'quash'))).toEqual(['key']);
  });

  it('lies under ~/.config by default, and where a relative XDG_CONFIG_HOME is given', () => {
    expect(keyFile({ HOME: '/home/me' })).toBe('/home/me/.config/quash/key');
    expect(keyFile({ HOME: '/home/me', XDG_CONFIG_HOME: 'here' })).toBe('/home/me/.config/quash/key');
  });

  it('is the same for processes that make it at once', async () => {
    const home = await temporaryFolder();
    const outputs = await Promise.all(Array.from({ length: 6 }, () => keyInProcess({ XDG_CONFIG_HOME: home })));
    expect(outputs[0]).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(outputs).size).toBe(1);
    expect(await readdir(join(home, 'quash'))).toEqual(['key']);
  });

  it.each([0o640, 0o604, 0o620])('is refused with mode %o, saying how to repair it', async (mode) => {
    const home = await temporaryFolder();
    const { key } = await fingerprintKey({ XDG_CONFIG_HOME: home });
    const file = join(home, 'quash/key');
    await chmod(file, mode);
    await expect(fingerprintKey({ XDG_CONFIG_HOME: home })).rejects.toMatchObject({
      code: 'config',
      message: expect.stringContaining(`chmod 600 ${file}`),
    });
    await chmod(file, 0o600);
    expect(hex((await fingerprintKey({ XDG_CONFIG_HOME: home })).key)).toBe(hex(key));
  });

  it('is refused when damaged, without showing what is in it', async () => {
    const home = await temporaryFolder();
    await mkdir(join(home, 'quash'));
    await writeFile(join(home, 'quash/key'), 'abcdef123456\n', { mode: 0o600 });
    await expect(fingerprintKey({ XDG_CONFIG_HOME: home })).rejects.toMatchObject({
      code: 'config',
      message: expect.not.stringContaining('abcdef'),
    });
  });

  it('is for this run only, with a notice, where the home takes no file', async () => {
    const home = await temporaryFolder();
    await writeFile(join(home, 'file'), '');
    const one = await fingerprintKey({ XDG_CONFIG_HOME: join(home, 'file') });
    const other = await fingerprintKey({ XDG_CONFIG_HOME: join(home, 'file') });
    expect(one.notice).toContain('QUASH_KEY');
    expect(one.key).toHaveLength(32);
    expect(hex(one.key)).not.toBe(hex(other.key));
  });

  it('is for this run only where nobody, not even root, may make a folder', async () => {
    expect((await fingerprintKey({ XDG_CONFIG_HOME: '/proc/quash' })).notice).toContain('for this run only');
  });

  it.skipIf(process.getuid?.() === 0)('is for this run only where the home may not be written', async () => {
    const home = await temporaryFolder();
    await chmod(home, 0o555);
    expect((await fingerprintKey({ XDG_CONFIG_HOME: home })).notice).toContain('for this run only');
    expect(await readdir(home)).toEqual([]);
  });
});
