import { QuashError } from '../errors.ts';
import { defaultLimits, type Limits } from './document.ts';

/** Reads `NAME=NUMBER`, several of them, into limits; the rest as by default. */
export function readLimits(texts: readonly string[]): Limits {
  const names = Object.keys(defaultLimits) as readonly (keyof Limits)[];
  const read = texts.map((text) => {
    const [, name, number] = /^([A-Za-z]+)=(\d{1,15})$/.exec(text) ?? [];
    const known = names.find((one) => one === name);
    if (known === undefined || number === undefined || Number(number) < 1)
      throw new QuashError(
        'usage',
        `reading --limit ${JSON.stringify(text)}: it must be NAME=NUMBER, with one of ${names.join(', ')}`,
      );
    return [known, Number(number)] as const;
  });
  return { ...defaultLimits, ...Object.fromEntries(read) };
}
