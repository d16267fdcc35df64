import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
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
    .map((line) => `  ${shortenPaths(inSource(line.trim()))}`);
  return [`${name}${told ? `: ${told}` : ''}`, ...frames].join('\n');
}

/** A frame of the bundle as one of the source that it was made of. */
function inSource(frame: string): string {
  return frame.replace(
    /(?:file:\/\/)?(\/[^\s()]+\.js):(\d+):(\d+)/,
    (place: string, file: string, line: string, column: string) => {
      const map = readMap(file);
      const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
      if (!entry || !('originalSource' in entry)) return place;
      return `${entry.originalSource.replace(/^(?:\.\.\/)+/, '')}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    },
  );
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')) as SourceMapPayload);
  } catch {
    // Without its map the bundle's own lines have to do.
    return undefined;
  }
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
