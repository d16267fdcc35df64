import type { Container } from '../document.ts';
import { bzip2, gzip, xz, zstd } from './compressed.ts';
import { image } from './image.ts';
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
    case 0x50:
    case 0x43:
      return only(zip, head, path);
    case 0x1f:
      return only(gzip, head, path);
    case 0x42:
      return only(bzip2, head, path);
    case 0xfd:
      return only(xz, head, path);
    case 0x28:
      return only(zstd, head, path);
    default:
      return undefined;
  }
}

function only(container: Container, head: Uint8Array, path: string): Container | undefined {
  return container.recognise(head, path) > 0 ? container : undefined;
}
