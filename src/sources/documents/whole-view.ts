import { buildView, type View } from '../../model/view.ts';
import { originOf } from '../archives/member-document.ts';
import type { Document } from '../document.ts';

/** A document's bytes as they are. */
export function wholeView(document: Document, bytes: Uint8Array): View {
  const view = buildView({ bytes, start: 0, line: 1, column: 1 });
  view.piece(originOf(document));
  view.copy(0, bytes.length);
  return view.build();
}
