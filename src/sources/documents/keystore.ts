/** What a file of private keys is. */
export type Keystore = 'jks' | 'jceks' | 'pkcs12';

/** OIDs of pkcs7-data and pkcs7-signedData, in DER, without their last byte: 1 and 2. */
const pkcs7 = [0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07] as const;

/**
 * Tells a store of keys by its first bytes: Java's own (JKS, JCEKS) by its magic, PKCS#12 by its structure: a sequence of
 * version 3 and of data or signed data. Its keys are locked with a password, so what is found is the store, not a value.
 * https://docs.oracle.com/en/java/javase/21/docs/specs/security/standard-names.html#keystore-types, RFC 7292, 4
 */
export function recogniseKeystore(head: Uint8Array): Keystore | undefined {
  switch (head[0]) {
    case 0xfe:
      return head[1] === 0xed && head[2] === 0xfe && head[3] === 0xed && hasVersion(head) ? 'jks' : undefined;
    case 0xce:
      return head[1] === 0xce && head[2] === 0xce && head[3] === 0xce && hasVersion(head) ? 'jceks' : undefined;
    case 0x30:
      return isPkcs12(head) ? 'pkcs12' : undefined;
    default:
      return undefined;
  }
}

/** Version 1 or 2, and at least one entry: an empty store holds no key. */
function hasVersion(head: Uint8Array): boolean {
  return (
    head[4] === 0 &&
    head[5] === 0 &&
    head[6] === 0 &&
    (head[7] === 1 || head[7] === 2) &&
    (head[8] | head[9] | head[10] | head[11]) !== 0
  );
}

function isPkcs12(head: Uint8Array): boolean {
  const version = contentAt(head, 0);
  if (version === undefined || head[version] !== 2 || head[version + 1] !== 1 || head[version + 2] !== 3) return false;
  const content = head[version + 3] === 0x30 ? contentAt(head, version + 3) : undefined;
  if (content === undefined) return false;
  const last = head[content + pkcs7.length];
  return pkcs7.every((byte, at) => head[content + at] === byte) && (last === 1 || last === 2);
}

/** Where the content of a DER or BER value begins. */
function contentAt(head: Uint8Array, at: number): number | undefined {
  const length = head[at + 1];
  if (length === undefined) return undefined;
  return length <= 0x80 ? at + 2 : length <= 0x84 ? at + 2 + (length & 0x7f) : undefined;
}
