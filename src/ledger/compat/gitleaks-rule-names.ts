import type { Pattern } from '../../model/pattern.ts';

/** What gitleaks calls a provider, where we call it otherwise. Both without hyphens. */
const otherNames: Readonly<Record<string, string>> = {
  gcp: 'google',
  sendinblue: 'brevo',
  hashicorptf: 'terraform',
  vault: 'hashicorp',
  facebook: 'meta',
  curlauth: 'generic',
  generic: 'generic',
};

/** Whether a rule of gitleaks is the generic one: a keyword and an assigned value, of no provider. */
export function isGenericRule(rule: string): boolean {
  return rule === 'generic-api-key' || rule.startsWith('curl-auth');
}

/**
 * Whether a rule of gitleaks looks for what a pattern of ours looks for: the ids are the same, the rule's name begins with the provider's,
 * or both are generic. `gitleaks-…` is the pattern that was made from a rule of the user's own configuration.
 */
export function isSameRule(rule: string, pattern: Pick<Pattern, 'id' | 'provider' | 'generic'>): boolean {
  if (rule === pattern.id || patternIdOfRule(rule) === pattern.id) return true;
  if (isGenericRule(rule)) return pattern.generic && pattern.provider !== gitleaksProvider;
  const name = squeeze(rule);
  const provider = squeeze(pattern.provider);
  if (provider.length >= 3 && name.startsWith(provider)) return true;
  const other = Object.keys(otherNames).find((prefix) => name.startsWith(prefix));
  return other !== undefined && otherNames[other] === provider;
}

/** The provider that patterns made from a gitleaks configuration are listed under. */
export const gitleaksProvider = 'gitleaks';

/** The id of the pattern that is made from a rule: prefixed, so that a scanned repository cannot take the place of one of ours. */
export function patternIdOfRule(rule: string): string {
  const slug = rule
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return `${gitleaksProvider}-${slug || 'rule'}`.slice(0, 80).replace(/-+$/, '');
}

function squeeze(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
