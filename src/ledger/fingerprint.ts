import { createHmac } from 'node:crypto';
import type { Pattern } from '../model/pattern.ts';
import type { Secret } from '../model/secret.ts';

/**
 * The bytes a hash is taken of: a label that says what it is for, then every field after its own length (32 bits, big endian),
 * so that no two lists of fields give the same bytes.
 */
export function frame(label: string, fields: readonly string[]): Buffer {
  const pieces: Buffer[] = [];
  for (const field of [label, ...fields]) {
    const bytes = Buffer.from(field, 'utf8');
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    pieces.push(length, bytes);
  }
  return Buffer.concat(pieces);
}

/**
 * What identifies a credential, in a fixed order: its value, then name and value of each part that its pattern says `identifies`.
 * A part that was not found is left out, so a key id seen alone is another credential than the pair.
 */
export function identifying(
  pattern: { readonly parts: readonly Pick<Pattern['parts'][number], 'name' | 'identifies'>[] },
  secret: Secret,
  parts: Readonly<Record<string, Secret>>,
): readonly string[] {
  const fields = [canonical(secret.reveal())];
  for (const { name, identifies } of pattern.parts) {
    const part = Object.hasOwn(parts, name) ? parts[name] : undefined;
    if (identifies && part) fields.push(name, part.reveal());
  }
  return fields;
}

/** A PEM key is the same key whatever its line ends are: real ones, escaped ones of JSON, or none. */
function canonical(value: string): string {
  return value.startsWith('-----BEGIN ') ? value.replace(/\\[nrt]|\s/g, '') : value;
}

/** A credential's fingerprint: HMAC-SHA-256 under `key`, hex, of its provider and what identifies it. */
export function fingerprint(key: Uint8Array, provider: string, identifyingFields: readonly string[]): string {
  return createHmac('sha256', key)
    .update(frame('quash finding', [provider, ...identifyingFields]))
    .digest('hex');
}

/** The short name of a finding: the first twelve characters of its fingerprint. */
export function findingId(fingerprintHex: string): string {
  return fingerprintHex.slice(0, 12);
}
