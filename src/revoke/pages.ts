import type { Paging } from '../model/revoker.ts';
import type { Answer } from '../verify/answer.ts';
import { valuesAt } from '../verify/json-path.ts';
import { readKept } from '../verify/tells.ts';
import type { Variables } from '../verify/template.ts';

/** A list with more pages is nothing that is looked through for one element. */
export const mostPages = 100;

/** What asks for the next page instead of the first. */
export interface NextPage {
  readonly in: 'query' | 'header';
  readonly name: string;
  readonly value: string;
}

/** What was read so far: pages, all of their elements, and those of the last page. */
export interface ReadSoFar {
  readonly pages: number;
  readonly elements: number;
  readonly onLast: number;
}

/** How the next page is asked for, by the last one that came; undefined when there is none. */
export function nextPage(
  paging: Paging,
  answer: Answer,
  { pages, elements, onLast }: ReadSoFar,
  variables: Variables,
): NextPage | { readonly problem: string } | undefined {
  const at = placeOf(paging.as);
  if ('next' in paging) {
    const isMore = paging.more === undefined ? undefined : valuesAt(answer.json(), paging.more)[0];
    if (paging.more !== undefined && typeof isMore !== 'boolean') return { problem: 'does not tell whether there are more' };
    if (isMore === false) return undefined;
    const value = readKept({ from: [paging.next] }, answer, variables);
    if (value !== undefined) return { ...at, value };
    return isMore ? { problem: 'tells that there are more, and not where' } : undefined;
  }
  // Nothing comes behind an empty page, whatever is counted.
  if (onLast === 0) return undefined;
  if ('size' in paging) {
    if (onLast < paging.size) return undefined;
  } else {
    const told = valuesAt(answer.json(), paging.total)[0];
    if (typeof told !== 'number') return { problem: 'does not tell how many there are' };
    if ((paging.counts === 'pages' ? pages : elements) >= told) return undefined;
  }
  return { ...at, value: String(paging.counts === 'pages' ? paging.first + pages : elements) };
}

function placeOf(as: string): Pick<NextPage, 'in' | 'name'> {
  const [kind = '', name = ''] = as.split(/\.(.*)/s);
  return { in: kind === 'header' ? 'header' : 'query', name };
}
