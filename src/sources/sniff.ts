/**
 * Whether a file may be more than lines of text: an archive, a document, a CI log, a chat export. Runs on every file of a scan,
 * so it errs on the side of yes and looks at little: a yes costs a second look by what knows the formats, a no is final.
 */
export function maySpeakOtherwise(head: Uint8Array, path: string): boolean {
  if (head.length < 4) return false;
  switch (head[0]) {
    case 0x50: // zip
    case 0x43: // crx
      return (head[1] === 0x4b && head[2] <= 7) || startsWith(head, 'Cr24');
    case 0x1f: // gzip
      return head[1] === 0x8b;
    case 0x42: // bzip2
      return startsWith(head, 'BZh');
    case 0xfd: // xz
      return head[1] === 0x37 && head[2] === 0x7a;
    case 0x28: // zstd
      return head[1] === 0xb5 && head[2] === 0x2f;
    case 0x37: // 7z
      return head[1] === 0x7a && head[2] === 0xbc;
    case 0x25: // PDF
      return startsWith(head, '%PDF');
    case 0x53: // SQLite
      if (startsWith(head, 'SQLite format 3')) return true;
      break;
    case 0xca: // class file
      return head[1] === 0xfe && head[2] === 0xba && head[3] === 0xbe;
    case 0x21: // Outlook's store, ar
      return startsWith(head, '!BDN') || startsWith(head, '!<arch>\n');
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
  /^\[?\d{4}-\d\d-\d\d[T ]\d\d:\d\d|^\[\d\d:\d\d:\d\d\]|##\[|::(?:group|add-mask|debug)|section_start:|travis_(?:fold|time)|^Started by|\[Pipeline\]|^Running with gitlab-runner|\t\d{4}-\d\d-\d\dT|^From \S+ |^(?:Received|Return-Path|MIME-Version|Message-ID|Delivered-To): |^\{"(?:proc|out|pos)/m;

function startsWith(bytes: Uint8Array, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[at] !== text.charCodeAt(at)) return false;
  return true;
}
