import { readFileSync, statSync } from 'node:fs';
import { createInflate } from 'node:zlib';

/** A loose object, or why it could not be had. */
export type Loose =
  | { readonly type: 'commit' | 'tree' | 'blob' | 'tag'; readonly bytes: Buffer }
  | { readonly fault: 'corrupt' | 'too-large' | 'unreadable'; readonly detail: string };

/** Reads a loose object: a zlib stream of `type SP size NUL bytes`. One larger than `maxBytes` is not inflated. */
export async function readLooseObject(path: string, maxBytes: number): Promise<Loose> {
  try {
    if (statSync(path).size > maxBytes) return { fault: 'too-large', detail: 'more bytes than the limit even compressed' };
    const packed = readFileSync(path);
    const chunks: Buffer[] = [];
    let have = 0;
    let type: string | undefined;
    let size = 0;
    const stream = createInflate();
    stream.end(packed);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let rest = chunk;
      if (type === undefined) {
        const end = chunk.indexOf(0);
        const head = /^(commit|tree|blob|tag) (\d{1,15})$/.exec(chunk.toString('latin1', 0, Math.min(end, 40)));
        if (end < 0 || !head) return { fault: 'corrupt', detail: 'it does not begin as an object does' };
        type = head[1];
        size = Number(head[2]);
        if (size > maxBytes) return { fault: 'too-large', detail: `${size} bytes` };
        rest = chunk.subarray(end + 1);
      }
      have += rest.length;
      if (have > size) return { fault: 'corrupt', detail: 'more bytes than its header says' };
      chunks.push(rest);
    }
    if (type === undefined || have !== size) return { fault: 'corrupt', detail: 'fewer bytes than its header says' };
    return { type: type as 'blob', bytes: Buffer.concat(chunks) };
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code?.startsWith('Z_')) return { fault: 'corrupt', detail: message };
    return { fault: 'unreadable', detail: code ?? message };
  }
}
