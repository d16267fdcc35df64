const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/**
 * The twelve digits of the account that an AWS access key id (`AKIA…`, `ASIA…`) belongs to, or undefined where the id does
 * not hold it. Of the 80 bits in base32 behind the prefix, the first says that the account is in the following 40.
 * AWS does not document it: https://medium.com/@TalBeerySec/a-short-note-on-aws-key-id-f88cc4317489 works it out, after
 * https://awsteele.com/blog/2020/09/26/aws-access-key-format.html. Ids made before 2019 are random there; they begin with
 * I or J where newer ones, which have the first bit set, begin with Q or later.
 */
export function accountOfKeyId(id: string): string | undefined {
  if (!/^A[A-Z0-9]{3}[A-Z2-7]{16}$/.test(id)) return undefined;
  let bits = 0n;
  for (const letter of id.slice(4, 14)) bits = (bits << 5n) | BigInt(alphabet.indexOf(letter));
  // Ten letters are 50 bits: the mark, 40 bits of the account, and 9 of what follows.
  if (bits >> 49n === 0n) return undefined;
  const account = ((bits >> 9n) & ((1n << 40n) - 1n)).toString();
  return account.length > 12 ? undefined : account.padStart(12, '0');
}
