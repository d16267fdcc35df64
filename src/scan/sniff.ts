/**
 * Whether a file may be more than lines of text: an archive, a document, a CI log, a chat export. Runs on every file of a scan,
 * so it errs on the side of yes and looks at little: a yes costs a second look by what knows the formats, a no is final.
 */
export function maySpeakOtherwise(head: Uint8Array, path: string): boolean {
  if (head.length < 4) return false;
  switch (head[0]) {
    case 0x50: // zip
    case 0x43: // crx
      if ((head[1] === 0x4b && head[2] <= 7) || startsWith(head, 'Cr24')) return true;
      break;
    case 0x1f: // gzip
      return head[1] === 0x8b;
    case 0x42: // bzip2
      if (startsWith(head, 'BZh')) return true;
      break;
    case 0xfd: // xz
      return head[1] === 0x37 && head[2] === 0x7a;
    case 0x28: // zstd
      if (head[1] === 0xb5 && head[2] === 0x2f) return true;
      break;
    case 0x37: // 7z
      if (head[1] === 0x7a && head[2] === 0xbc) return true;
      break;
    case 0x25: // PDF
      if (startsWith(head, '%PDF')) return true;
      break;
    case 0x53: // SQLite
      if (startsWith(head, 'SQLite format 3')) return true;
      break;
    case 0xca: // class file
      return head[1] === 0xfe && head[2] === 0xba && head[3] === 0xbe;
    case 0x21: // Outlook's store, ar
      if (startsWith(head, '!BDN') || startsWith(head, '!<arch>\n')) return true;
      break;
    case 0x4d: // cab
      if (startsWith(head, 'MSCF')) return true;
      break;
    case 0x52: // RAR
      if (startsWith(head, 'Rar!')) return true;
      break;
    case 0x78: // xar
      if (startsWith(head, 'xar!')) return true;
      break;
    case 0x29: // A source map that no script takes for JSON
      if (startsWith(head, ")]}'")) return true;
      break;
    case 0xfe: // Java keystore
      return head[1] === 0xed && head[2] === 0xfe && head[3] === 0xed;
    case 0xce: // JCEKS
      return head[1] === 0xce && head[2] === 0xce && head[3] === 0xce;
    case 0x30: // DER: PKCS#12, of a length of one to four bytes or, in BER, of none
      if (head[1] >= 0x80 && head[1] <= 0x84) return true;
      break;
    default:
      // .pyc: a magic of two bytes, and a line end after Mac's manner, which a text transfer would break.
      if (head[2] === 0x0d && head[3] === 0x0a) return true;
  }
  if (head.length > 262 && head[257] === 0x75 && startsWith(head.subarray(257, 262), 'ustar')) return true;
  if (head[0] === 4 && head[1] === 0 && head[2] === 0 && head[3] === 0) return true; // asar
  return mayBeWrapped(head, path);
}

/**
 * Whether bytes at a place begin as an archive, a document, a log or an export does. Runs on every blob of a history, and a yes
 * costs reading the blob once more: so it looks at the first bytes, and of what these leave open at what each kind has in its
 * first few thousand and other files have not.
 */
export function beginsAsDocument(bytes: Uint8Array, at: number, length: number): boolean {
  if (length < 16) return false;
  if (magics.has(bytes[at]) || bytes[at + 2] === 0x0d) {
    if (maySpeakOtherwise(bytes.subarray(at, at + Math.min(length, 512)), 'a.txt.patch')) return true;
  }
  if (length > 262 && bytes[at + 257] === 0x75 && bytes[at + 258] === 0x73 && bytes[at + 259] === 0x74) return true;
  let first = bytes[at] === 0xef && bytes[at + 1] === 0xbb ? at + 3 : at;
  const end = at + Math.min(length, 64);
  while (first < end && (bytes[first] === 0x20 || bytes[first] === 0x0a || bytes[first] === 0x0d || bytes[first] === 0x09))
    first++;
  switch (bytes[first]) {
    case 0x1b:
      return true;
    case 0x7b: // JSON and pages
    case 0x5b:
    case 0x29:
    case 0x3c:
      return wrappedText.test(textOf(bytes, at, Math.min(length, wrappedBytes))) || isTimed(bytes, first + 1);
    case 0x23: // ##[
      return bytes[first + 1] === 0x23 && (bytes[first + 2] === 0x5b || bytes[first + 2] === 0x74);
    default:
      if (isTimed(bytes, first) || isLabelled(bytes, first, at + length)) return true;
      return logStart.test(textOf(bytes, first, 24)) && logOrMail.test(textOf(bytes, first, Math.min(length, wrappedBytes)));
  }
}

const wrappedBytes = 4096;

function textOf(bytes: Uint8Array, at: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + at, Math.min(length, bytes.length - at)).toString('latin1');
}

/** A time: 20..-..-..T or with a blank, or of the day only. */
function isTimed(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 2] === 0x3a) return bytes[at + 5] === 0x3a && bytes[at] >= 0x30 && bytes[at] <= 0x32;
  if (bytes[at] !== 0x32 || bytes[at + 1] !== 0x30 || bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return false;
  return bytes[at + 10] === 0x54 || (bytes[at + 10] === 0x20 && bytes[at + 13] === 0x3a);
}

/** A job and a step in front of a time, each with a tab behind it. */
function isLabelled(bytes: Uint8Array, at: number, end: number): boolean {
  const limit = Math.min(end, at + 200);
  let tabs = 0;
  for (let next = at; next < limit && bytes[next] !== 0x0a; next++) {
    if (bytes[next] !== 0x09) continue;
    const time = bytes[next + 1] === 0xef ? next + 4 : next + 1;
    if (++tabs === 2) return isTimed(bytes, time);
  }
  return false;
}

/** What exports, notebooks, state and the like have in their first members, and lists of packages and settings have not. */
const wrappedText = new RegExp(
  [
    '"(?:cell_type|nbformat|_postman_\\w+|terraform_version|lineage|container_config|architecture|sourcesContent|mappings)"\\s*:',
    '"(?:client_msg_id|createdDateTime|MessageList|exportDate|zerver_\\w+|rendered_content|created_date|topic_id)"\\s*:',
    '"(?:date_unixtime|from_id|personal_information|dateRange|step_id|date_create|filetype|truncated)"\\s*:',
    '"type"\\s*:\\s*"(?:message|version|out|err|direct_post|post)"|"ts"\\s*:\\s*(?:"\\d{4,}[-.]|\\{)|"ID"\\s*:\\s*"?\\d{15,}',
    '"log"\\s*:\\s*\\{|"pos"\\s*:\\s*\\d|schema\\.getpostman|"guild"\\s*:\\s*\\{',
    'chatlog__|preamble__entry|class="page_header"|SkypeTeams|TeamsMessagesData|19:[0-9a-z_-]+@(?:thread|unq)',
    'openxmlformats\\.org|opendocument:xmlns|\\[Pipeline\\] ',
  ].join('|'),
);
/** What the first line of a log or of mail begins with. */
const logStart =
  /^(?:From[ :]|Re(?:ceived|turn-Path|ply-To)[: ]|Running with|Started by |Subject:|Sender:|D(?:elivered-To|ate|KIM-Signature):|M(?:IME-Version|essage-ID):|X-[\w-]+:|To:|Cc:|Content-|List-|Authentication-|ARC-|Build[ -]|Branch indexing|Push event|Pull request|Replayed|Rebuilds|ID,Timestamp|travis_|section_|====>>|TeamCity)/i;
/** What confirms it. */
const logOrMail =
  /^(?:Message-ID|MIME-Version|Received): |^From \S+ .*\d\d:\d\d.*\d{4}|^Running with gitlab-|^Started by |\[Pipeline\] |^(?:Build-agent|====>>)|^Build '.*' #|^Branch indexing|^ID,Timestamp,Contents|travis_(?:fold|time):|section_start:|^TeamCity /im;

/** First bytes of the kinds that `maySpeakOtherwise` tells by more of them. */
const magics: ReadonlySet<number> = new Set([
  0x50, 0x43, 0x1f, 0x42, 0xfd, 0x28, 0x37, 0x25, 0x53, 0xca, 0x21, 0x4d, 0x52, 0x78, 0xfe, 0xce, 0x30, 4,
]);

/** What no program text is, whatever it begins with. */
const programText =
  /\.(?:[cm]?[jt]sx?|[ch](?:pp|xx|h)?|cc|py|rb|go|rs|java|kt|kts|scala|swift|cs|vb|fs|php|pl|pm|lua|r|jl|hs|ml|ex|exs|erl|clj|dart|zig|nim|d|s|asm|sql|sh|bash|zsh|fish|ps1|css|scss|sass|less|vue|svelte|tcl|tsv|po|svg|xml|toml|ini|cfg|conf|ya?ml|tf|proto|gradle|cmake|mk|adoc|rst|tex|lock|snap|patch|diff)$/i;

const logBytes = 1024;

/** The first characters of lines that runners write, and of JSON and mail. */
function mayBeWrapped(head: Uint8Array, path: string): boolean {
  let at = head[0] === 0xef && head[1] === 0xbb ? 3 : 0;
  while (at < 16 && (head[at] === 0x20 || head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x09)) at++;
  const first = head[at];
  if (first === 0x25 && at > 0 && head[at + 1] === 0x50 && head[at + 2] === 0x44 && head[at + 3] === 0x46) return true;
  // JSON, and pages that exports are made of.
  if (first === 0x7b || first === 0x5b || first === 0x3c) return !programText.test(path);
  if (programText.test(path)) return false;
  const end = Math.min(head.length, logBytes);
  for (let at = 0; at < end; at++) if (head[at] === 0x1b) return true;
  return marks.test(Buffer.from(head.buffer, head.byteOffset, end).toString('latin1'));
}

/** What logs and mail hold in their first lines: a time, a group, a section, a header. */
const marks =
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\[\d\d:\d\d:\d\d\]|##\[|::(?:group|add-mask|debug)|section_start:|travis_(?:fold|time)|^Started by|\[Pipeline\]|^Running with gitlab-runner|\t\d{4}-\d\d-\d\dT|^From \S+ |^(?:Received|Return-Path|MIME-Version|Message-ID|Delivered-To): |^\{"(?:proc|out|pos)|^====>> |^Build-agent version|^TeamCity URL |^ID,Timestamp,Contents/m;

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}
