import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { Secret } from '../model/secret.ts';
import type { ReadyRevoker } from '../revoke/revoker-schema.ts';
import { askPerson } from './terminal-prompt.ts';

/** Credentials of ours, which take others back. They come from the environment, a file or a person, never from the command line. */
export interface AdminCredentials {
  /** Where one would come from, and whether it is there; a person is not asked yet. */
  readonly from: (revoker: ReadyRevoker) => { readonly from: string; readonly isThere: boolean };
  readonly of: (revoker: ReadyRevoker) => Promise<Secret | undefined>;
}

type Source = { readonly kind: 'env' | 'file'; readonly name: string } | { readonly kind: 'prompt' };

/** Reads what `--admin` says: `PROVIDER=env:NAME`, `PROVIDER=file:PATH` or `PROVIDER=prompt`. Never repeats what was typed. */
export function adminCredentials(flags: readonly string[], context: Context): AdminCredentials {
  const sources = new Map<string, Source>();
  for (const text of flags) {
    const [, provider = '', kind = '', name = ''] = /^([a-z0-9-]+)=(env|file|prompt)(?::(.+))?$/s.exec(text) ?? [];
    if (provider === '' || (kind === 'prompt') !== (name === ''))
      throw new QuashError(
        'usage',
        'reading --admin: write PROVIDER=env:NAME, PROVIDER=file:PATH or PROVIDER=prompt; a secret on the command line is not taken, since others can read it there',
      );
    sources.set(provider, kind === 'prompt' ? { kind } : { kind: kind as 'env' | 'file', name });
  }
  const sourceOf = ({ provider, admin }: ReadyRevoker): Source | undefined =>
    sources.get(provider) ?? (admin && { kind: 'env', name: admin.env });
  const asked = new Map<string, Promise<Secret | undefined>>();

  async function read(revoker: ReadyRevoker): Promise<Secret | undefined> {
    const source = sourceOf(revoker);
    switch (source?.kind) {
      case undefined:
        return undefined;
      case 'env':
        return secretOf(context.env[source.name]);
      case 'file':
        return secretOf(readSecretFile(resolve(context.cwd, source.name), revoker.provider));
      case 'prompt':
        return secretOf(
          await askPerson(`${revoker.admin?.what ?? `The credential of ours for ${revoker.provider}`} (not shown): `, {
            isHidden: true,
            signal: context.signal,
          }),
        );
      default:
        return source satisfies never;
    }
  }

  return {
    from: (revoker) => {
      const source = sourceOf(revoker);
      if (!source) return { from: 'nowhere', isThere: false };
      if (source.kind === 'prompt') return { from: 'asked for at the terminal', isThere: true };
      if (source.kind === 'file') return { from: `the file ${source.name}`, isThere: true };
      return { from: `the environment: ${source.name}`, isThere: (context.env[source.name] ?? '') !== '' };
    },
    of: (revoker) => {
      if (!revoker.admin) return Promise.resolve(undefined);
      const known = asked.get(revoker.provider) ?? read(revoker);
      asked.set(revoker.provider, known);
      return known;
    },
  };
}

function secretOf(text: string | undefined): Secret | undefined {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' ? undefined : new Secret(trimmed);
}

function readSecretFile(file: string, provider: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new QuashError(
      'usage',
      `reading the credential of ours for ${provider} from ${file}: ${(cause as NodeJS.ErrnoException).code}; check the path of --admin`,
      { cause },
    );
  }
}
