/**
 * AWS accounts from which canarytokens.org hands out keys. Using one, even for GetCallerIdentity, alerts whoever laid it out.
 * https://docs.canarytokens.org/guide/aws-keys-token.html; the accounts stand in the ARNs of keys that were published.
 */
const thinkstAccounts = new Set([
  '052310077262',
  '171436882533',
  '266735846894',
  '534261010715',
  '595918472158',
  '717712589309',
  '730335385048',
  '819147034852',
  '893192397702',
  '992382622183',
]);

/** Where traps call home: a host below one of these is a trap, whatever the credential beside it. */
const canaryDomains = ['canarytokens.com', 'canarytokens.org', 'canarytokens.net', 'canary.tools'];

/** Who laid a credential out as a trap: by the account that it names, or by a host in one of its values. */
export function canaryOwner(
  { account, values }: { readonly account: string | undefined; readonly values: readonly string[] },
  ownAccounts: readonly string[],
): string | undefined {
  if (account !== undefined && thinkstAccounts.has(account)) return 'canarytokens.org';
  if (account !== undefined && ownAccounts.includes(account))
    return `account ${account}, named as a canary in your configuration`;
  const domain = canaryDomains.find((one) => values.some((value) => namesHost(value, one)));
  return domain;
}

function namesHost(value: string, domain: string): boolean {
  const plain = value.toLowerCase();
  for (let at = plain.indexOf(domain); at >= 0; at = plain.indexOf(domain, at + 1)) {
    const before = plain[at - 1];
    const after = plain[at + domain.length];
    if (
      !/[0-9a-z-]/.test(before ?? '') &&
      !/[0-9a-z-]/.test(after ?? '') &&
      !(after === '.' && /[a-z]/.test(plain[at + domain.length + 1] ?? ''))
    )
      return true;
  }
  return false;
}
