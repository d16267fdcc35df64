import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const built = (module: string) => new URL(`../../dist/src/ledger/${module}.js`, import.meta.url).href;

/** Has a process of its own get the fingerprint key; gives a hash made with it, and the notice. */
export async function keyInProcess(env: Record<string, string>): Promise<string> {
  const script = `
    import { fingerprint } from ${JSON.stringify(built('fingerprint'))};
    import { fingerprintKey } from ${JSON.stringify(built('key'))};
    const { key, notice } = await fingerprintKey();
    console.log(fingerprint(key, 'example', []), notice ?? '');
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', script], {
    env: { PATH: process.env.PATH ?? '', ...env },
  });
  return stdout.trim();
}
