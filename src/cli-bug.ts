import { fileURLToPath } from 'node:url';
import { redact } from './model/secret.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * What to print of an error that nobody foresaw: its name, its message and its stack, for a report that can be pasted in public.
 * Paths are relative to quash, or cut to their last name; long words, and all of a message that quotes its input, are redacted.
 */
export function describeBug(error: unknown): string {
  const { name, message, stack } = error instanceof Error ? error : { name: typeof error, message: '', stack: '' };
  // A parser's message quotes what it read.
  const told = name === 'SyntaxError' ? '' : redactWords(shortenPaths(message.split('\n')[0]!.slice(0, 300)));
  const frames = (stack ?? '')
    .split('\n')
    .filter((line) => /^\s+at /.test(line) && line.includes(root))
    .slice(0, 12)
    .map((line) => `  ${shortenPaths(line.trim())}`);
  return [`${name}${told ? `: ${told}` : ''}`, ...frames].join('\n');
}

function shortenPaths(text: string): string {
  return text
    .replaceAll('file://', '')
    .replaceAll(root, '')
    .replace(/(?<![\w.])(?:\/[^\s/:()'"]+)+\/([^\s/:()'"]+)/g, '…/$1');
}

/** A word of code is letters; what is long and holds a digit, or is longer than any name here, may be a secret. */
function redactWords(text: string): string {
  return text.replace(/[^\s'"`()[\]{}<>:,;…/]{8,}/g, (word) => (word.length > 40 || /\d/.test(word) ? redact(word) : word));
}
