import { createHash } from 'node:crypto';
import type { Gap } from '../../model/gap.ts';
import { buildView, type View } from '../../model/view.ts';
import { originOf } from '../archives/member-document.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';

/** What a file of private keys is. */
export type Keystore = 'jks' | 'jceks' | 'pkcs12';

const trustedCertificate = 2;
const knownTags: readonly number[] = [1, 2, 3];
/** OIDs in DER without their last byte: pkcs7-data (1) and pkcs7-signedData (2); keyBag (1) and pkcs8ShroudedKeyBag (2). */
const pkcs7 = Buffer.from('06092a864886f70d0107', 'hex');
const keyBag = Buffer.from('060b2a864886f70d010c0a01', 'hex');

/**
 * Tells a store of private keys by its first bytes (64 KB are enough): Java's own (JKS, JCEKS) by its magic, PKCS#12 by its
 * structure. One with certificates only, which others are trusted by, is none. Its keys are locked with a password, so what
 * is found is the store, not a value. https://docs.oracle.com/en/java/javase/21/docs/specs/security/standard-names.html#keystore-types, RFC 7292, 4
 */
export function recogniseKeystore(head: Uint8Array): Keystore | undefined {
  switch (head[0]) {
    case 0xfe:
      return head[1] === 0xed && head[2] === 0xfe && head[3] === 0xed && holdsKey(head) ? 'jks' : undefined;
    case 0xce:
      return head[1] === 0xce && head[2] === 0xce && head[3] === 0xce && holdsKey(head) ? 'jceks' : undefined;
    case 0x30:
      return isPkcs12(head) ? 'pkcs12' : undefined;
    default:
      return undefined;
  }
}

/**
 * Whether an entry of a Java store is a private or secret key, as far as its head shows: version, number of entries, then of
 * each a tag, an alias and a date. A certificate is its type and its bytes.
 * https://github.com/openjdk/jdk/blob/master/src/java.base/share/classes/sun/security/provider/JavaKeyStore.java
 */
function holdsKey(head: Uint8Array): boolean {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (bytes.length < 12 || ![1, 2].includes(bytes.readUInt32BE(4))) return false;
  const hasTypes = bytes.readUInt32BE(4) === 2;
  const count = bytes.readUInt32BE(8);
  for (let index = 0, at = 12; index < count && at + 6 <= bytes.length; index++) {
    const tag = bytes.readUInt32BE(at);
    if (tag !== trustedCertificate) return knownTags.includes(tag);
    at += 4 + 2 + bytes.readUInt16BE(at + 4) + 8;
    if (hasTypes && at + 2 <= bytes.length) at += 2 + bytes.readUInt16BE(at);
    if (at + 4 > bytes.length) return false;
    at += 4 + bytes.readUInt32BE(at);
  }
  return false;
}

/** A sequence of version 3 and of data or signed data, with a bag for a key in it: those are never within what is encrypted. */
function isPkcs12(head: Uint8Array): boolean {
  const version = contentAt(head, 0);
  if (version === undefined || head[version] !== 2 || head[version + 1] !== 1 || head[version + 2] !== 3) return false;
  const content = head[version + 3] === 0x30 ? contentAt(head, version + 3) : undefined;
  if (content === undefined) return false;
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.length);
  if (!bytes.subarray(content).subarray(0, pkcs7.length).equals(pkcs7) || ![1, 2].includes(bytes[content + pkcs7.length]))
    return false;
  const bag = bytes.indexOf(keyBag, content);
  return bag >= 0 && [1, 2].includes(bytes[bag + keyBag.length]);
}

/** Where the content of a DER or BER value begins. */
function contentAt(head: Uint8Array, at: number): number | undefined {
  const length = head[at + 1];
  if (length === undefined) return undefined;
  return length <= 0x80 ? at + 2 : length <= 0x84 ? at + 2 + (length & 0x7f) : undefined;
}

/**
 * A keystore, as the text that the pattern private-key-keystore (patterns/private-key.yaml) tells it by: its kind and its hash, in
 * place of all of its bytes. So the same store in two places is one finding.
 */
export const keystore: TextFormat = {
  name: 'keystore',
  recognise: (head) => (recogniseKeystore(head) === undefined ? 0 : 1),
  views: keystoreViews,
};

async function* keystoreViews(document: Document, { limits }: FormatContext): AsyncGenerator<View | Gap> {
  const kind = recogniseKeystore(await document.head());
  const bytes = await document.whole(limits.maxWholeBytes);
  if ('reason' in bytes) {
    yield bytes;
    return;
  }
  const view = buildView({ bytes, start: 0, line: 1, column: 1 });
  view.piece(originOf(document));
  view.replace(`keystore:${kind}:sha256:${createHash('sha256').update(bytes).digest('hex')}\n`, 0, bytes.length);
  yield view.build();
}
