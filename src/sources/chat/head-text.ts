/** The first of a document as text in which each byte is a character: enough to know a format by. */
export function headText(head: Uint8Array, maxBytes = 16_384): string {
  const start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  return Buffer.from(head.buffer, head.byteOffset + start, Math.max(0, Math.min(head.length - start, maxBytes))).toString(
    'latin1',
  );
}
