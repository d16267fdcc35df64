import { suggest } from '../did-you-mean.ts';
import { QuashError } from '../errors.ts';
import type { Options } from '../flags.ts';
import { loadPatterns } from '../patterns/pattern-set.ts';
import { parseEndpoint } from '../wire/endpoints.ts';
import { parseAllowance } from '../wire/hosts.ts';

/**
 * Refuses an `--endpoint` or `--allow-host` that would never come to be used, before anything is scanned: a mistake must not show
 * only on the day on which something is found.
 */
export async function checkDestinations({
  endpoint,
  allowHost,
  patterns,
}: Pick<Options<'egress'>, 'endpoint' | 'allowHost' | 'patterns'>): Promise<void> {
  allowHost.forEach(parseAllowance);
  if (endpoint.length === 0) return;
  const { set } = await loadPatterns({ files: patterns });
  const providers = new Set(set.patterns.map(({ provider }) => provider));
  for (const { provider } of endpoint.map(parseEndpoint)) {
    if (providers.has(provider)) continue;
    const meant = suggest(provider, [...providers]);
    throw new QuashError(
      'usage',
      `reading the endpoint of ${JSON.stringify(provider)}: no pattern is of that provider; ${meant ? `did you mean ${meant}?` : 'quash patterns list shows them all'}`,
    );
  }
}
