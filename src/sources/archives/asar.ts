import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { chunksOf } from './file-document.ts';
import { asLeaf, gapIn, placeIn, streamDocument } from './member-document.ts';
import { type RandomAccess, randomAccess } from './random-access.ts';

const frameBytes = 16;
const mostHeaderBytes = 64 << 20;
const mostDepth = 100;

/** asar, in which Electron packs an app: a header in JSON, then the files. https://github.com/electron/asar#format */
export const asar: Container = {
  name: 'asar',
  // Four sizes, the first of them that of the second; then JSON.
  recognise: (head) => (head[0] === 4 && head[1] === 0 && head[2] === 0 && head[3] === 0 && head[frameBytes] === 0x7b ? 0.9 : 0),
  members: readAsar,
};

interface Node {
  readonly files?: Readonly<Record<string, Node>>;
  readonly offset?: unknown;
  readonly size?: unknown;
}

async function* readAsar(document: Document, { limits }: FormatContext): AsyncGenerator<Document | Gap> {
  const bytes = await randomAccess(document, limits);
  if ('reason' in bytes) {
    yield bytes;
    return;
  }
  const frame = Buffer.from(await bytes.range(0, frameBytes));
  const length = frame.length < frameBytes ? 0 : frame.readUInt32LE(12);
  const header = await readHeader(bytes, length);
  if (header === undefined) {
    yield gapIn(
      document,
      'corrupt',
      'its list of files cannot be read, and nothing else tells where they are; it was read as bytes; get an intact copy',
    );
    yield asLeaf(streamDocument(placeIn(document, '(all bytes)'), bytes.size, () => chunksOf(bytes.range, 0, bytes.size)));
    return;
  }
  const base = 8 + frame.readUInt32LE(4);
  const listed: Stretch[] = [];
  yield* filesOf(document, bytes, header, base, '', 0, listed);
  // Where the list is damaged, or hides something: a text may reach from what it tells of into what it does not.
  if (!coversAll(listed, base, bytes.size))
    yield asLeaf(
      streamDocument(placeIn(document, '(all bytes)'), bytes.size - base, () => chunksOf(bytes.range, base, bytes.size)),
    );
}

interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Whether each byte is a file's. */
function coversAll(listed: readonly Stretch[], base: number, size: number): boolean {
  let at = base;
  for (const { start, end } of [...listed].sort((a, b) => a.start - b.start)) {
    if (start > at) return false;
    at = Math.max(at, end);
  }
  return at >= size;
}

async function readHeader({ range, size }: RandomAccess, length: number): Promise<Node | undefined> {
  if (length === 0 || length > Math.min(size, mostHeaderBytes)) return undefined;
  try {
    const header: unknown = JSON.parse(Buffer.from(await range(frameBytes, frameBytes + length)).toString());
    return typeof header === 'object' && header !== null ? header : undefined;
  } catch {
    return undefined;
  }
}

async function* filesOf(
  document: Document,
  bytes: RandomAccess,
  folder: Node,
  base: number,
  path: string,
  depth: number,
  listed: Stretch[],
): AsyncGenerator<Document | Gap> {
  if (depth > mostDepth || typeof folder.files !== 'object' || folder.files === null) return;
  for (const [name, node] of Object.entries(folder.files)) {
    if (typeof node !== 'object' || node === null) continue;
    const own = path === '' ? name : `${path}/${name}`;
    yield* filesOf(document, bytes, node, base, own, depth + 1, listed);
    // A link has neither; a file that is unpacked lies beside the archive, where it is read as itself.
    const start = base + Number(node.offset);
    if (node.offset === undefined || typeof node.size !== 'number' || !Number.isSafeInteger(start) || start < base) continue;
    const end = start + node.size;
    listed.push({ start, end });
    const place = placeIn(document, own);
    yield streamDocument(place, node.size, () => chunksOf(bytes.range, start, Math.min(end, bytes.size)));
    if (end > bytes.size) yield gapIn(place, 'corrupt', 'it reaches past the end of its archive; get an intact copy');
  }
}
