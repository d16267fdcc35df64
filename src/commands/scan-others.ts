import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import { createTurnedDownCollector } from '../scan/turned-down.ts';
import { memoryDocument } from '../sources/archives/member-document.ts';
import { folderAttachments } from '../sources/chat/folder-attachments.ts';
import type { DocumentKind } from '../sources/document-kinds.ts';
import { isKnown } from '../sources/is-known.ts';
import { readLimits } from '../sources/limits.ts';
import { type DocumentScan, scanDocument, scanOtherFile } from './scan-documents.ts';
import type { OtherFile } from './scan-files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** What scanning documents gave, beside what was found. */
export interface ScannedOthers {
  readonly gaps: readonly Gap[];
  readonly bytes: number;
  readonly objects: number;
}

/** What a scan of documents is made with. */
export interface OthersSetting {
  readonly root: string;
  readonly patterns: readonly Pattern[];
  readonly tables: LiteralTables | undefined;
  readonly options: ScanOptions;
  readonly context: Context;
  readonly events: ScanEvents;
  readonly as?: DocumentKind;
  readonly collect: (match: Match, origin: Origin) => void;
}

/**
 * Scans files that may be more than lines of text, one after the other. `found` are files that were scanned already: what was
 * found in them is collected here, since a message that they were attached to may be what they come from.
 */
export async function scanOthers(
  files: readonly OtherFile[],
  found: readonly { readonly path: string; readonly matches: readonly Match[] }[],
  setting: OthersSetting,
): Promise<ScannedOthers> {
  const { root, collect } = setting;
  const held: { readonly match: Match; readonly origin: Origin }[] = [];
  const exports: string[] = [];
  const { scan, total } = openScan(
    setting,
    (match, origin) => held.push({ match, origin }),
    ({ path, member }) => member === undefined && exports.push(path),
  );
  for (const file of files) await scanOtherFile(file, scan);
  checkKind(setting.as, total);
  const isPlace = (origin: Origin) => origin.kind === 'file' || origin.kind === 'archive';
  const paths = new Set(found.map(({ path }) => path));
  for (const { origin } of held) if (isPlace(origin) && 'path' in origin && origin.path !== undefined) paths.add(origin.path);
  const attached = await folderAttachments(root, new Set(exports), paths, scan);
  for (const { path, matches } of found) {
    for (const match of matches) collect(match, attached.get(path) ?? { kind: 'file', path });
  }
  for (const { match, origin } of held) {
    const message = isPlace(origin) && 'path' in origin ? attached.get(origin.path!) : undefined;
    const member = 'member' in origin && origin.member !== undefined ? { member: origin.member } : {};
    collect(match, message ? { ...message, ...member } : origin);
  }
  return total;
}

/** Scans bytes of stdin as what they are; undefined where they are no more than bytes. */
export async function scanBytesAsKnown(bytes: Uint8Array, setting: OthersSetting): Promise<ScannedOthers | undefined> {
  const document = memoryDocument({ path: '-' }, bytes);
  if (setting.as === undefined && !isKnown(await document.head(), document.path)) return undefined;
  const isWhole = (origin: Origin) => origin.kind === 'file';
  const { scan, total } = openScan(setting, (match, origin) =>
    setting.collect(match, isWhole(origin) ? { kind: 'stdin' } : origin),
  );
  await scanDocument(document, { ...scan, root: undefined });
  checkKind(setting.as, total);
  return total;
}

interface Total {
  gaps: Gap[];
  bytes: number;
  objects: number;
  chats: number;
}

function checkKind(as: DocumentKind | undefined, { chats }: Total): void {
  if (as !== 'chat' || chats > 0) return;
  throw new QuashError(
    'usage',
    'taking the target as a chat export: nothing in it is one of a kind that is known; leave out --as',
  );
}

function openScan(
  { root, patterns, tables, options, context, events, as }: OthersSetting,
  match: DocumentScan['events']['match'],
  chatExport?: DocumentScan['events']['chatExport'],
): { readonly scan: DocumentScan; readonly total: Total } {
  const total: Total = { gaps: [], bytes: 0, objects: 0, chats: 0 };
  const turnedDown = events.turnedDown ? createTurnedDownCollector() : undefined;
  const scan: DocumentScan = {
    root,
    scanner: createScanner(patterns, {
      minConfidence: options.minConfidence,
      ...(tables ? { tables } : {}),
      ...(turnedDown ? { turnedDown: turnedDown.turnedDown } : {}),
    }),
    ...(turnedDown ? { turnedDown } : {}),
    limits: readLimits(options.limit ?? []),
    signal: context.signal,
    ...(as ? { as } : {}),
    events: {
      match,
      ...(events.turnedDown ? { turnedDown: events.turnedDown } : {}),
      chatExport: (document) => {
        total.chats++;
        chatExport?.(document);
      },
      gap: (gap) => total.gaps.push(gap),
      read: (bytes, isNew) => {
        total.bytes += bytes;
        if (isNew) total.objects++;
        events.progress?.('archives, logs and exports', total.objects, undefined, total.bytes);
      },
    },
  };
  return { scan, total };
}
