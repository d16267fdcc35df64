/** Whether the bytes from `at` on, and before `end`, begin with a text. */
export function startsWith(bytes: Buffer, at: number, end: number, text: Uint8Array): boolean {
  if (end - at < text.length) return false;
  for (let index = 0; index < text.length; index++) if (bytes[at + index] !== text[index]) return false;
  return true;
}
