import type { HttpVerification, Verification } from '../model/verification.ts';
import { authorityOf, isHostFromText } from './request.ts';
import { tokensOf } from './template.ts';

/** The hosts that a pattern itself names, for URLs whose host stands in the text: any other needs the user's leave. */
export function patternHosts(verification: Verification): readonly string[] {
  return [...verification.hosts, ...Object.values(verification.defaults).flatMap(hostOfDefault)];
}

function hostOfDefault(value: string): readonly string[] {
  const text = /^https?:\/\//i.test(value) ? value : `https://${value}`;
  return URL.canParse(text) && value.includes('.') ? [new URL(text).hostname] : [];
}

/** Every host that a verification may contact, for people: `*` stands for a label from the credential. */
export function declaredHosts(verification: HttpVerification): readonly string[] {
  const steps = [...verification.steps, ...verification.cleanup];
  const hosts = steps.flatMap(({ url }) => {
    if (isHostFromText(url)) return patternHosts(verification);
    const authority = authorityOf(url);
    const sites = tokensOf(authority)?.some(({ kind }) => kind === 'site') ? verification.sites : [''];
    return sites.map((site) => authority.replace(/\{\{\s*site\s*\}\}/g, site).replace(/\{\{[^{}]*\}\}/g, '*'));
  });
  return [...new Set(hosts)];
}
