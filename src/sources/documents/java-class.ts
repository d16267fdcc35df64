import type { Gap } from '../../model/gap.ts';
import { buildView, type View } from '../../model/view.ts';
import { gapIn, originOf } from '../archives/member-document.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';
import { wholeView } from './whole-view.ts';

// https://docs.oracle.com/javase/specs/jvms/se21/html/jvms-4.html#jvms-4.4; bytes after the tag.
const sizes: Readonly<Record<number, number>> = {
  3: 4,
  4: 4,
  5: 8,
  6: 8,
  7: 2,
  8: 2,
  9: 4,
  10: 4,
  11: 4,
  12: 4,
  15: 3,
  16: 2,
  17: 4,
  18: 4,
  19: 2,
  20: 2,
};
const utf8 = 1;
const poolStart = 10;

/** The constant strings of a Java class, one a line. Those with characters past the BMP or with NUL are left in the JVM's own UTF-8. */
export const javaClass: TextFormat = {
  name: 'java-class',
  recognise: (head) =>
    // A fat Mach-O begins alike, and has the number of its parts where a class has a version of at least 45.
    head[0] === 0xca && head[1] === 0xfe && head[2] === 0xba && head[3] === 0xbe && head[6] === 0 && head[7] >= 45 ? 1 : 0,
  views: classViews,
};

async function* classViews(document: Document, { limits }: FormatContext): AsyncGenerator<View | Gap> {
  const whole = await document.whole(limits.maxWholeBytes);
  if ('reason' in whole) {
    yield whole;
    return;
  }
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  const view = buildView({ bytes, start: 0, line: 1, column: 1 });
  view.piece(originOf(document));
  const count = bytes.length < poolStart ? 0 : bytes.readUInt16BE(8);
  let at = poolStart;
  let isDamaged = bytes.length < poolStart;
  for (let index = 1; index < count; index++) {
    const tag = bytes[at++];
    if (tag === utf8 && at + 2 <= bytes.length) {
      const end = at + 2 + bytes.readUInt16BE(at);
      view.copy(at + 2, Math.min(end, bytes.length));
      view.separate();
      isDamaged = end > bytes.length;
      at = end;
    } else {
      const size = sizes[tag ?? 0];
      isDamaged = size === undefined || at + size > bytes.length;
      at += size ?? 0;
      // Numbers of eight bytes take two places.
      if (tag === 5 || tag === 6) index++;
    }
    if (isDamaged) break;
  }
  yield view.build();
  // Damage may tell texts apart where they are one, without a sign of it.
  yield wholeView(document, bytes);
  if (isDamaged) yield gapIn(document, 'corrupt', 'its constants end too early; it was read as it is; get an intact copy');
}
