import type { Container } from '../document.ts';
import { pdf } from '../documents/pdf.ts';
import { sourceMap } from '../documents/source-map.ts';
import { sqlite } from '../documents/sqlite.ts';
import { asar } from './asar.ts';
import { bzip2, gzip, xz, zstd } from './compressed.ts';
import { image } from './image.ts';
import { ar, cab, rar, sevenZip, xar } from './libarchive.ts';
import { tar } from './tar.ts';
import { zip } from './zip.ts';

/**
 * Tells by a document's first bytes which container it is, if it is one. Runs on every file of a scan: one look at the first
 * byte turns nearly all of them away.
 */
export function recogniseContainer(head: Uint8Array, path: string): Container | undefined {
  return byMagic(head, path) ?? (image.recognise(head, path) > 0 ? image : tar.recognise(head, path) > 0 ? tar : undefined);
}

function byMagic(head: Uint8Array, path: string): Container | undefined {
  switch (head[0]) {
    case 0x50: // P
    case 0x43: // C
      return only(zip, head, path);
    case 0x1f:
      return only(gzip, head, path);
    case 0x42: // B
      return only(bzip2, head, path);
    case 0xfd:
      return only(xz, head, path);
    case 0x28: // (
      return only(zstd, head, path);
    case 0x37: // 7
      return only(sevenZip, head, path);
    case 0x52: // R
      return only(rar, head, path);
    case 0x4d: // M
      return only(cab, head, path);
    case 0x78: // x
      return only(xar, head, path);
    case 0x21: // !
      return only(ar, head, path);
    case 0x53: // S
      return only(sqlite, head, path);
    case 0x04:
      return only(asar, head, path);
    case 0x7b: // {
    case 0x29: // )
      return only(sourceMap, head, path);
    case 0x25: // %
    case 0xef:
    case 0x0a:
    case 0x0d:
    case 0x20:
      return only(pdf, head, path);
    default:
      return undefined;
  }
}

function only(container: Container, head: Uint8Array, path: string): Container | undefined {
  return container.recognise(head, path) > 0 ? container : undefined;
}
