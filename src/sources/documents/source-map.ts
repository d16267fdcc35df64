import type { Gap } from '../../model/gap.ts';
import { gapIn, leafDocument, memoryDocument, placeIn } from '../archives/member-document.ts';
import type { Container, Document, FormatContext } from '../document.ts';

const recogniseBytes = 4096;

/**
 * The sources that a source map holds, each a member by its own name. What else is in the map comes as a member `map`, since
 * names and roots may tell something too.
 * https://tc39.es/ecma426/
 */
export const sourceMap: Container = {
  name: 'source-map',
  recognise(head) {
    // It may begin with `)]}'`, so that no script takes it for JSON.
    if (head[0] !== 0x7b && head[0] !== 0x29) return 0;
    const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, recogniseBytes)).toString('latin1');
    return /"version"\s*:\s*3\b/.test(text) && /"(?:mappings|sources|sourcesContent|sections)"\s*:/.test(text) ? 0.9 : 0;
  },
  members: readMap,
};

interface Fields {
  readonly sources?: unknown;
  readonly sourcesContent?: unknown;
  readonly sections?: unknown;
}

async function* readMap(document: Document, { limits }: FormatContext): AsyncGenerator<Document | Gap> {
  const bytes = await document.whole(limits.maxWholeBytes);
  if ('reason' in bytes) {
    yield bytes;
    return;
  }
  const map = parse(bytes);
  if (map === undefined) {
    yield gapIn(
      document,
      'corrupt',
      'it is no valid JSON, so its sources are not told apart; it was read as text; get an intact copy',
    );
    yield leafDocument(placeIn(document, 'map'), bytes);
    return;
  }
  yield* sourcesOf(document, map);
}

function* sourcesOf(document: Document, map: Fields): Generator<Document> {
  // Sections hold maps, and those hold none: ECMA-426, 9.
  const maps = [map, ...listOf(map.sections).map((section) => fieldsOf(fieldsOf(section).map))];
  const names = new Map<string, number>();
  for (const { sources, sourcesContent } of maps) {
    const named = listOf(sources);
    for (const [index, content] of listOf(sourcesContent).entries()) {
      if (typeof content !== 'string' || content === '') continue;
      const said = named[index];
      const name = typeof said === 'string' && said !== '' ? said : `source ${index + 1}`;
      const copies = (names.get(name) ?? 0) + 1;
      names.set(name, copies);
      yield memoryDocument(placeIn(document, copies === 1 ? name : `${name} (${copies})`), Buffer.from(content));
    }
  }
  const rest = JSON.stringify(map, (key, value) => (key === 'mappings' || key === 'sourcesContent' ? undefined : value), 1);
  yield leafDocument(placeIn(document, 'map'), Buffer.from(rest));
}

function parse(bytes: Uint8Array): Fields | undefined {
  try {
    return fieldsOf(
      JSON.parse(
        Buffer.from(bytes)
          .toString()
          .replace(/^\)\]\}'[^\n]*\n/, ''),
      ),
    );
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields & { readonly map?: unknown } {
  return typeof value === 'object' && value !== null ? value : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
