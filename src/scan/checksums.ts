import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** A check that a value carries in itself, computed without a network. */
export interface Checksum {
  /** What it checks, for people, with its source. */
  readonly description: string;
  readonly verify: (value: string) => boolean;
  /** The value, changed as little as needed for the check to hold. For generated examples. */
  readonly repair: (value: string) => string;
}

const base62Digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const base32Digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

const registry = {
  'crc32-base62': {
    description:
      'the last six characters are the CRC-32 of the body before them (behind the prefix and its _) in base 62, as GitHub and npm write it; https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/',
    verify: (value) => {
      const { body, tail } = splitCrc(value);
      return body.length > 0 && crcBase62(body) === tail;
    },
    repair: (value) => value.slice(0, -6) + crcBase62(splitCrc(value).body),
  },
  'github-fine-grained': {
    description: 'behind the first 77 characters come the first eight of the base32 of their SHA-256',
    verify: (value) => value.length >= 85 && value.slice(77, 85).toUpperCase() === fineGrainedCheck(value),
    repair: (value) => value.slice(0, 77) + fineGrainedCheck(value) + value.slice(85),
  },
  'gitlab-routable': {
    description:
      'a token of the routable form, with a dot, ends in seven base 36 digits, the CRC-32 of everything before them; a token without a dot has no check; https://handbook.gitlab.com/handbook/engineering/architecture/design-documents/cells/routable_tokens/',
    verify: (value) => !value.includes('.') || value.slice(-7) === crcBase36(value.slice(0, -7)),
    repair: (value) => (value.includes('.') ? value.slice(0, -7) + crcBase36(value.slice(0, -7)) : value),
  },
  'crc32-hex-little-endian': {
    description:
      'behind the last _ stand the eight hex digits of the CRC-32, lowest byte first, of everything before that _, as Grafana writes it; https://github.com/grafana/grafana/blob/main/pkg/components/satokengen/tokengen.go',
    verify: (value) => {
      const cut = value.lastIndexOf('_');
      return cut > 0 && value.slice(cut + 1) === crcHexLittleEndian(value.slice(0, cut));
    },
    repair: (value) => {
      const head = value.slice(0, value.lastIndexOf('_'));
      return `${head}_${crcHexLittleEndian(head)}`;
    },
  },
  'aws-key-id': {
    description: 'an AWS key id in base32 that holds an account number of twelve digits; ids of before 2019 (…I, …J) hold none',
    verify: (value) =>
      /^A[0-9A-Z]{3}[A-Z2-7]{16}$/.test(value) && (/^A[0-9A-Z]{3}[IJ]/.test(value) || awsAccount(value) !== undefined),
    repair: (value) =>
      /^[IJ]/.test(value.slice(4)) || awsAccount(value) !== undefined ? value : `${value.slice(0, 4)}Q${value.slice(5)}`,
  },
  jwt: {
    description: 'header and payload decode to JSON objects, and the header names its algorithm; RFC 7519',
    verify: (value) => {
      const [header, payload, signature] = value.split('.');
      if (!header || !payload || signature === undefined) return false;
      const head = decodeJson(header);
      return head !== undefined && typeof head.alg === 'string' && decodeJson(payload) !== undefined;
    },
    repair: (value) => {
      const [, payload = '', ...rest] = value.split('.');
      const subject = createHash('sha256').update(payload).digest('hex').slice(0, 24);
      return [encodeJson({ alg: 'HS256', typ: 'JWT' }), encodeJson({ sub: subject, iat: 1767225600 }), ...rest].join('.');
    },
  },
  'base64-json': {
    description: 'a run that begins with ey, the base64 of {", decodes to a JSON object',
    verify: (value) => jsonRuns(value).some((run) => decodeJson(run) !== undefined),
    repair: (value) => {
      const run = jsonRuns(value)[0];
      if (run === undefined) return value;
      // The digits stay within the run's own length, so that a fixed-length regex still fits.
      const room = Math.floor((run.length * 3) / 4) - '{"id":""}'.length;
      const id = createHash('sha512').update(run).digest('hex').repeat(8).slice(0, Math.max(1, room));
      return value.replace(run, () => encodeJson({ id }));
    },
  },
  'pypi-macaroon': {
    description:
      'behind pypi- comes a version 2 macaroon whose location is pypi.org or test.pypi.org; https://github.com/rescrv/libmacaroons/blob/master/doc/format.txt',
    verify: (value) => macaroonLocation(value) !== undefined,
    repair: (value) => {
      if (macaroonLocation(value) !== undefined) return value;
      const head = Buffer.concat([Buffer.from([2, 1, 8]), Buffer.from('pypi.org'), Buffer.from([2])]).toString('base64url');
      return `pypi-${head}${value.slice('pypi-'.length + head.length)}`;
    },
  },
} as const satisfies Record<string, Checksum>;

/** All checks, by the names that pattern files use. */
export const checksums: Readonly<Record<string, Checksum>> = registry;

/** Whether the value passes the named check. A name that does not exist is a bug: pattern files are checked when compiled. */
export function passesChecksum(name: string, value: string): boolean {
  return named(name).verify(value);
}

/** A generated value with its check made right. */
export function withChecksum(name: string, value: string): string {
  return named(name).repair(value);
}

function named(name: string): Checksum {
  if (!Object.hasOwn(checksums, name)) throw new Error(`there is no checksum ${name}`);
  return checksums[name]!;
}

/** The account that an AWS key id belongs to, twelve digits; undefined for ids that hold none. */
export function awsAccount(keyId: string): string | undefined {
  let bits = 0n;
  for (const char of keyId.slice(4, 14)) {
    const digit = base32Digits.indexOf(char);
    if (digit < 0) return undefined;
    bits = (bits << 5n) | BigInt(digit);
  }
  // Ten digits hold 50 bits; the first six bytes of them, without the top bit and the low seven, are the account.
  const account = ((bits >> 2n) & 0x7fffffffff80n) >> 7n;
  if (keyId.length !== 20 || /^[IJ]/.test(keyId.slice(4)) || account >= 1_000_000_000_000n) return undefined;
  return account.toString().padStart(12, '0');
}

function splitCrc(value: string): { readonly body: string; readonly tail: string } {
  const start = value.lastIndexOf('_') + 1;
  return { body: value.slice(start, -6), tail: value.slice(start).slice(-6) };
}

function crcBase62(body: string): string {
  let rest = crc32(body);
  let digits = '';
  for (let i = 0; i < 6; i++) {
    digits = base62Digits[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}

function crcBase36(text: string): string {
  return crc32(text).toString(36).padStart(7, '0');
}

function crcHexLittleEndian(text: string): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(crc32(text));
  return bytes.toString('hex');
}

function fineGrainedCheck(value: string): string {
  const hash = createHash('sha256').update(value.slice(0, 77)).digest();
  // Five bytes are eight digits.
  let rest = BigInt(`0x${hash.subarray(0, 5).toString('hex')}`);
  let digits = '';
  for (let i = 0; i < 8; i++) {
    digits = base32Digits[Number(rest & 31n)] + digits;
    rest >>= 5n;
  }
  return digits;
}

function jsonRuns(value: string): string[] {
  return value.match(/ey[0-9A-Za-z+/_-]{6,}/g) ?? [];
}

function encodeJson(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decodeJson(segment: string): Readonly<Record<string, unknown>> | undefined {
  if (!/^[0-9A-Za-z+/_-]+={0,2}$/.test(segment)) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(segment, 'base64').toString('utf8'));
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function macaroonLocation(value: string): string | undefined {
  if (!value.startsWith('pypi-')) return undefined;
  const bytes = Buffer.from(value.slice('pypi-'.length), 'base64url');
  // Version 2, then the location (field 1) with its length, then the identifier (field 2).
  if (bytes[0] !== 2 || bytes[1] !== 1) return undefined;
  const length = bytes[2] ?? 0;
  const location = bytes.subarray(3, 3 + length).toString('latin1');
  return (location === 'pypi.org' || location === 'test.pypi.org') && bytes[3 + length] === 2 ? location : undefined;
}
