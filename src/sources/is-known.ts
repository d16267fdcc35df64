import { recogniseContainer } from './archives/recognise.ts';
import { recogniseText } from './recognise-text.ts';

/** Whether a document that begins so is of a kind that is more than its bytes. */
export function isKnown(head: Uint8Array, path: string): boolean {
  return recogniseContainer(head, path) !== undefined || recogniseText(head, path) !== undefined;
}
