import type { ObjectReader, ReadObject } from '../git/object-reader.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Change } from './change.ts';
import type { ChangedFile } from './diff-output.ts';

/**
 * A changed file with its contents, or why it has none to scan; nothing for a symbolic link. For a file that `holdsText`
 * the next object of `reader` must be its blob.
 */
export async function readChange(
  file: ChangedFile,
  origin: Origin,
  reader: ObjectReader,
  maxSize: number,
): Promise<Change | Gap | undefined> {
  if (file.status === 'U')
    return {
      origin,
      reason: 'unreadable',
      detail: 'it has a merge conflict, so nothing of it is staged; resolve it and run git add',
    };
  if (file.mode === '160000')
    return {
      origin,
      reason: 'submodule',
      detail: 'a submodule: its commits are in a repository of their own; scan that one too',
    };
  if (!file.holdsText) return undefined;
  const object = await reader.next();
  return object.state === 'read'
    ? { origin, bytes: object.bytes, addedLines: file.added }
    : objectGap(object, file.blob, origin, maxSize);
}

/** Why an object's bytes are not there. */
export function objectGap(object: Exclude<ReadObject, { state: 'read' }>, id: string, origin: Origin, maxSize: number): Gap {
  switch (object.state) {
    case 'missing':
      return {
        origin,
        reason: 'missing-object',
        detail: `object ${id} is not in this repository; run git fsck, or git fetch in a partial clone`,
      };
    case 'too-large':
      return { origin, reason: 'too-large', detail: `${object.size} bytes, more than the ${maxSize} of --max-size` };
    default:
      return object satisfies never;
  }
}
