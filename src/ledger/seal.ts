import { createHash, randomUUID } from 'node:crypto';
import { QuashError } from '../errors.ts';
import { type OtherParts, secretParts } from '../model/finding.ts';
import { Secret } from '../model/secret.ts';

/** A credential's value with what belongs to it. */
export interface Values {
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  readonly otherParts?: OtherParts;
}

/** Values of several findings in one age file, armored: an exchange of keys for each of thousands would take seconds. */
export interface Bundle {
  readonly id: string;
  readonly recipients: string;
  readonly age: string;
  readonly fingerprints: readonly string[];
}

/** Values in a bundle. Whoever opens one of them has them all in memory, so it is not all of a large scan. */
const mostValues = 250;

/** A name for a set of recipients, whatever their order. */
export function recipientsHash(recipients: readonly string[]): string {
  return createHash('sha256')
    .update([...recipients].sort().join('\n'))
    .digest('hex')
    .slice(0, 16);
}

/** Seals values, by fingerprint, to all of the recipients: any of them can open the bundles. */
export async function seal(values: ReadonlyMap<string, Values>, recipients: readonly string[]): Promise<readonly Bundle[]> {
  if (values.size === 0) return [];
  if (recipients.length === 0) {
    throw new QuashError('config', 'keeping findings: there is nobody to seal the secrets to; run quash keys init');
  }
  const { armor, Encrypter } = await import('age-encryption');
  const encrypter = new Encrypter();
  for (const recipient of recipients) encrypter.addRecipient(recipient);
  const entries = [...values];
  const bundles: Bundle[] = [];
  for (let at = 0; at < entries.length; at += mostValues) {
    const some = entries.slice(at, at + mostValues);
    const content = Object.fromEntries(some.map(([fingerprint, one]) => [fingerprint, revealed(one)]));
    bundles.push({
      id: randomUUID(),
      recipients: recipientsHash(recipients),
      age: armor.encode(await encrypter.encrypt(JSON.stringify(content))),
      fingerprints: some.map(([fingerprint]) => fingerprint),
    });
  }
  return bundles;
}

/** Opens a bundle: the values by fingerprint. */
export async function openBundle(age: string, identity: string | undefined): Promise<ReadonlyMap<string, Values>> {
  if (identity === undefined) {
    throw new QuashError(
      'config',
      'opening a sealed secret: this machine has no identity, it can write and not read; run this where the identity is',
    );
  }
  const { armor, Decrypter } = await import('age-encryption');
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  let text: string;
  try {
    text = await decrypter.decrypt(armor.decode(age), 'text');
  } catch (cause) {
    const isOther = cause instanceof Error && /no identity matched/.test(cause.message);
    throw new QuashError(
      'config',
      isOther
        ? 'opening a sealed secret: it was sealed to others than the identity here; run this where theirs is, or scan again to seal it to the recipients of today'
        : 'opening a sealed secret: what the ledger holds of it is damaged; scan again to seal it anew',
      { cause },
    );
  }
  const content = JSON.parse(text) as Readonly<Record<string, ReturnType<typeof revealed>>>;
  return new Map(Object.entries(content).map(([fingerprint, one]) => [fingerprint, concealed(one)]));
}

function revealed({ secret, parts, otherParts }: Values) {
  return {
    secret: secret.reveal(),
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, part.reveal()])),
    ...(otherParts && {
      others: Object.fromEntries(Object.entries(otherParts).map(([name, values]) => [name, values.map((one) => one.reveal())])),
    }),
  };
}

function concealed({ secret, parts, others }: ReturnType<typeof revealed>): Values {
  return {
    secret: new Secret(secret),
    parts: Object.fromEntries(Object.entries(parts).map(([name, part]) => [name, new Secret(part)])),
    ...(others && { otherParts: secretParts(others) }),
  };
}
