/**
 * The text with control characters, and those that change the direction of writing, spelled out as `\u{…}`: pattern
 * files may come from strangers, and what they hold must not steer a terminal.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (char) => `\\u{${char.codePointAt(0)!.toString(16)}}`);
}
