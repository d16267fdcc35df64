/** What stands for the characters that are not shown. */
const mask = /^([^*•…]*?)(?:\*+|•+|…+|\.{3,})([^*•….]{3,})$/u;

/**
 * Whether a value shown with its middle masked (`sk-abc...def`, `sk-proj-****wxyz`) may be that of a secret: it begins and ends as
 * the secret does. How many characters are shown, and what masks the others, is for each provider to choose and to change.
 */
export function hasEndsOf(shown: string, secret: string): boolean {
  const [, head, tail] = mask.exec(shown) ?? [];
  if (head === undefined || tail === undefined || head.length + tail.length >= secret.length) return false;
  return secret.startsWith(head) && secret.endsWith(tail);
}
