import type { LogPlace } from './line-format.ts';

const mostName = 100;

/**
 * A place as reports may show it. A step is often named after its command, and a command may hold a secret: a name ends before the
 * first word that could be one, or an option that could have one.
 */
export function toldPlace({ job, step, url, ...rest }: LogPlace): LogPlace {
  return {
    ...rest,
    ...(job !== undefined && { job: toldName(job) }),
    ...(step !== undefined && { step: toldName(step) }),
    ...(url !== undefined && !url.includes('@') && { url }),
  };
}

function toldName(name: string): string {
  const words = name.slice(0, mostName).split(' ');
  const first = words.findIndex((word, index) => mayHoldSecret(word) && (index > 0 || word.length >= 20));
  return first === -1 ? name.slice(0, mostName) : `${words.slice(0, first).join(' ')} …`.trim();
}

function mayHoldSecret(word: string): boolean {
  if (/^--?[A-Za-z]|:\/\/|[="'`$]/.test(word)) return true;
  return /[^\s/.:@(){}[\],]{20,}/.test(word) && /\d/.test(word) && /[A-Za-z]/.test(word);
}
