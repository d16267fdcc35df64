import { createRequire } from 'node:module';
import { lazily } from './lazily.ts';

/**
 * Packages that read one format each. A scan looks at the first bytes of every file with all formats, and most scans meet none
 * that needs more than that: loading these up front would cost more than scanning a few thousand files.
 */
const require = createRequire(import.meta.url);

export const entities = lazily(() => require('entities') as typeof import('entities'));
export const fzstd = lazily(() => require('fzstd') as typeof import('fzstd'));
export const libmime = lazily(() => require('libmime') as typeof import('libmime'));
export const addressparser = lazily(
  () => require('nodemailer/lib/addressparser') as typeof import('nodemailer/lib/addressparser')['default'],
);
export const tarPackage = lazily(() => require('tar') as typeof import('tar'));
export const yauzl = lazily(() => require('yauzl') as typeof import('yauzl'));

/** A schema that is made when it is first used. */
export function lazySchema<T>(make: (z: typeof import('zod')['z']) => T): () => T {
  return lazily(() => make((require('zod') as typeof import('zod')).z));
}
