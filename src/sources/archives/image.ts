import type { Gap } from '../../model/gap.ts';
import type { Container, Document } from '../document.ts';
import type { ByteReader } from './byte-reader.ts';
import { chunksOf } from './file-document.ts';
import { isGap, placeIn, streamDocument } from './member-document.ts';
import { readerOf, readTar, tar } from './tar.ts';

/** A manifest, index or config is far smaller. */
const mostJsonBytes = 4 << 20;
const firstNames =
  /^(?:\.\/)?(?:blobs\/|oci-layout$|index\.json$|manifest\.json$|repositories$|[0-9a-f]{64}(?:\/|\.json$|\.tar$))/;

interface Member {
  readonly name: string;
  readonly start: number;
  readonly size: number;
}

/**
 * An image as `docker save` writes it, or an OCI layout in a tar: first its manifests and its config, in which its history is,
 * then its layers from the lowest up, then what no manifest names. A file that a layer above deletes is there in its own layer,
 * and the deletion is a member of that above, without bytes, whose name keeps its `.wh.`. Where the tar comes as a stream its
 * own order stays.
 * https://github.com/moby/docker-image-spec/blob/main/v1.2.md, https://github.com/opencontainers/image-spec
 */
export const image: Container = {
  name: 'image',
  recognise: (head, path) => (tar.recognise(head, path) > 0 && firstNames.test(firstName(head)) ? 1 : 0),
  members: readImage,
};

async function* readImage(document: Document): AsyncGenerator<Document | Gap> {
  const { range } = document;
  if (range === undefined) {
    yield* readTar(document, readerOf(document));
    return;
  }
  const members: Member[] = [];
  const gaps: Gap[] = [];
  const reader = readerOf(document);
  const prefix = document.member === undefined ? '' : `${document.member}!/`;
  for await (const member of readTar(document, reader)) {
    if (isGap(member)) {
      gaps.push(member);
      continue;
    }
    const name = (member.member ?? '').slice(prefix.length);
    members.push(
      member.size === undefined
        ? { name, ...(await lostStretch(member, reader)) }
        : { name, start: reader.position, size: member.size },
    );
  }
  for (const { name, start, size } of await inOrder(members, range)) {
    yield streamDocument(placeIn(document, name), size, () => chunksOf(range, start, start + size));
  }
  yield* gaps;
}

/** Where a stretch without a valid header lies: its first block was read, its end is where its bytes end. */
async function lostStretch(member: Document, reader: ByteReader): Promise<Pick<Member, 'start' | 'size'>> {
  let size = 0;
  let start: number | undefined;
  for await (const chunk of member.bytes()) {
    start ??= reader.position - chunk.length;
    size += chunk.length;
  }
  return { start: start ?? reader.position, size };
}

async function inOrder(members: readonly Member[], range: NonNullable<Document['range']>): Promise<readonly Member[]> {
  const byName = new Map(members.map((member) => [plain(member.name), member]));
  const ordered = new Set<Member>();
  const json = async (name: string): Promise<unknown> => {
    const member = byName.get(plain(name));
    if (member === undefined || member.size > mostJsonBytes) return undefined;
    ordered.add(member);
    return parse(await range(member.start, member.start + member.size));
  };
  const add = (name: unknown) => {
    const member = typeof name === 'string' ? byName.get(plain(name)) : undefined;
    if (member !== undefined) ordered.add(member);
  };

  for (const entry of listOf(await json('manifest.json'))) {
    add(entry.Config);
    for (const layer of Array.isArray(entry.Layers) ? entry.Layers : []) add(layer);
  }
  // An index may name indexes; each is read once.
  const open = listOf(fieldsOf(await json('index.json')).manifests);
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const blob = blobOf(next);
    const member = blob === undefined ? undefined : byName.get(blob);
    if (blob === undefined || (member !== undefined && ordered.has(member))) continue;
    const { manifests, config, layers } = fieldsOf(await json(blob));
    open.push(...listOf(manifests));
    add(blobOf(fieldsOf(config)));
    for (const layer of listOf(layers)) add(blobOf(layer));
  }
  for (const member of members) ordered.add(member);
  return [...ordered];
}

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function listOf(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fieldsOf) : [];
}

function blobOf({ digest }: Fields): string | undefined {
  return typeof digest === 'string' ? `blobs/${digest.replace(':', '/')}` : undefined;
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString());
  } catch {
    // Then it says nothing of the order; it is read as a document all the same.
    return undefined;
  }
}

function plain(name: string): string {
  return name.replace(/^\.\//, '');
}

function firstName(head: Uint8Array): string {
  return Buffer.from(head.buffer, head.byteOffset, 100).toString('latin1').replace(/\0.*$/s, '');
}
