const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The account, twelve digits, that an AWS key id names: forty bits of the base32 behind the four letters of its kind.
 * Keys made before 2019 name none. https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489
 */
export function accountOfKeyId(id: string): string | undefined {
  if (!/^A[A-Z]{3}[2-7A-Z]{16}$/.test(id)) return undefined;
  let bits = 0n;
  for (const character of id.slice(4, 14)) bits = bits * 32n + BigInt(alphabet.indexOf(character));
  // Fifty bits were read: one that says that the account is there, forty of the account, nine of what follows.
  if (bits >> 49n !== 1n) return undefined;
  return ((bits >> 9n) & 0xff_ffff_ffffn).toString().padStart(12, '0');
}
