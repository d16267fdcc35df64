import { createRequire } from 'node:module';
import type RE2 from 're2';
import { plainText } from '../plain-text.ts';

const require = createRequire(import.meta.url);
const maxRegexLength = 8192;

/**
 * Compiles regexes of another tool's file into a test of whether any of them matches; undefined when none is left. Those that RE2 does not take (Python's lookaround)
 * are told to `reject`, with what is wrong. They come from scanned repositories: RE2 keeps them linear.
 */
export function compileForeign(
  sources: readonly string[],
  reject: (source: string, problem: string) => void,
): ((text: string) => boolean) | undefined {
  const Regex = require('re2') as typeof RE2;
  const usable = sources.filter((source) => {
    if (source.length > maxRegexLength) {
      reject(source, `longer than ${maxRegexLength} characters`);
      return false;
    }
    try {
      new Regex(source);
      return true;
    } catch (error) {
      reject(source, error instanceof Error ? error.message : 'not a regex');
      return false;
    }
  });
  if (usable.length === 0) return undefined;
  const regex = new Regex(usable.map((source) => `(?:${source})`).join('|'));
  return (text) => regex.test(text);
}

/** A test of texts that remembers its answers: the same paths and values come again and again. */
export function remembered(holds: (text: string) => boolean): (text: string | undefined) => boolean {
  const known = new Map<string, boolean>();
  return (text) => {
    if (text === undefined) return false;
    let answer = known.get(text);
    if (answer === undefined) {
      answer = holds(text);
      known.set(text, answer);
    }
    return answer;
  };
}

/** Part of another tool's file for a message: printable, and short. */
export function quoted(text: string): string {
  return `"${plainText(text, 60)}"`;
}
