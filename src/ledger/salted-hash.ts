import { createHmac, randomBytes, scrypt, scryptSync } from 'node:crypto';
import { promisify } from 'node:util';
import { frame } from './fingerprint.ts';
import { guessBits } from './guess-bits.ts';

/**
 * Hashes that a repository can carry: under a salt that stands beside them, so anyone who has the file can guess at them.
 * A value of 60 bits and more is beyond guessing and gets a plain HMAC, `<64 hex>`. A weaker one is stretched with scrypt,
 * `scrypt-15:<64 hex>`: N = 2^15, r = 8, p = 1. No other cost is read: a scanned repository could ask for one that takes hours.
 */
export type SaltedHash = string;

/** A salted hash as it is written. */
export const saltedHashPattern = /^(?:scrypt-15:)?[0-9a-f]{64}$/;
/** A salt as it is written: 16 to 32 bytes as hex. */
export const saltPattern = /^(?:[0-9a-f]{2}){16,32}$/;
/** A file that was merged has the salts of both sides; each costs a stretching of every weak value. */
export const maxSalts = 4;

const leastBitsForPlainHash = 60;
const stretchedPrefix = 'scrypt-15:';
// 32 MB and some 60 ms.
const stretching = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** A new salt, as it is written. */
export function newSalt(): string {
  return randomBytes(16).toString('hex');
}

/** Whether a hash is one of a weak value, which takes long to check. */
export function isStretched(hash: SaltedHash): boolean {
  return hash.startsWith(stretchedPrefix);
}

/** The hash that a file with `salt` holds for a credential. */
export async function saltedHash(salt: string, provider: string, identifyingFields: readonly string[]): Promise<SaltedHash> {
  const message = framed(provider, identifyingFields);
  return isStrong(identifyingFields) ? plainHash(salt, message) : await stretchedHash(salt, message);
}

/** Looks credentials up among the salted hashes of one file. */
export interface SaltedLookup {
  /** The hash in the file that is this credential's. */
  find(patternId: string, provider: string, identifyingFields: readonly string[]): SaltedHash | undefined;
  /** Works out a weak credential's hashes on another thread, so that `find` need not. */
  prepare(patternId: string, provider: string, identifyingFields: readonly string[]): Promise<void>;
}

/**
 * `hashes` says for each hash which patterns its entries are for, undefined for any: stretching is only spent on weak credentials
 * of patterns that a stretched entry is for. Each credential is worked out once.
 */
export function saltedLookup(
  salts: readonly string[],
  hashes: ReadonlyMap<SaltedHash, ReadonlySet<string | undefined>>,
): SaltedLookup {
  const stretchedFor = new Set([...hashes].flatMap(([hash, patterns]) => (isStretched(hash) ? [...patterns] : [])));
  const found = new Map<string, SaltedHash | undefined>();
  const stretched = new Map<string, Promise<readonly SaltedHash[]> | readonly SaltedHash[]>();
  const mayBeStretched = (patternId: string, fields: readonly string[]) =>
    (stretchedFor.has(patternId) || stretchedFor.has(undefined)) && !isStrong(fields);

  return {
    find(patternId, provider, fields) {
      const message = framed(provider, fields);
      const credential = message.toString('latin1');
      const key = `${patternId}\0${credential}`;
      if (found.has(key)) return found.get(key);
      let hash = salts.map((salt) => plainHash(salt, message)).find((plain) => hashes.has(plain));
      if (!hash && mayBeStretched(patternId, fields)) {
        const known = stretched.get(credential);
        const all = known && 'length' in known ? known : salts.map((salt) => stretchedHashSync(salt, message));
        stretched.set(credential, all);
        hash = all.find((one) => hashes.has(one));
      }
      found.set(key, hash);
      return hash;
    },

    async prepare(patternId, provider, fields) {
      if (!mayBeStretched(patternId, fields)) return;
      const message = framed(provider, fields);
      const credential = message.toString('latin1');
      if (!stretched.has(credential)) {
        stretched.set(credential, Promise.all(salts.map((salt) => stretchedHash(salt, message))));
      }
      stretched.set(credential, await stretched.get(credential)!);
    },
  };
}

/** What is hidden may stand in any one field, e.g. in the secret half of a key pair; the others may be public. */
function isStrong(fields: readonly string[]): boolean {
  return Math.max(...fields.map(guessBits)) >= leastBitsForPlainHash;
}

function framed(provider: string, fields: readonly string[]): Buffer {
  return frame('quash ignored', [provider, ...fields]);
}

function plainHash(salt: string, message: Buffer): SaltedHash {
  return createHmac('sha256', Buffer.from(salt, 'hex')).update(message).digest('hex');
}

async function stretchedHash(salt: string, message: Buffer): Promise<SaltedHash> {
  return `${stretchedPrefix}${(await scryptAsync(message, Buffer.from(salt, 'hex'), 32, stretching)).toString('hex')}`;
}

function stretchedHashSync(salt: string, message: Buffer): SaltedHash {
  return `${stretchedPrefix}${scryptSync(message, Buffer.from(salt, 'hex'), 32, stretching).toString('hex')}`;
}

const scryptAsync = promisify<Buffer, Buffer, number, typeof stretching, Buffer>(scrypt);
