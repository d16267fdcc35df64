import { QuashError } from '../errors.ts';
import type { RevisionRange } from '../sources/changed-lines.ts';

/** What a push brings: the commits to read, and the objects its refs name, which may be tags, blobs or trees. */
export interface Pushed {
  readonly range: RevisionRange;
  readonly tips: readonly string[];
}

const id = /^[0-9a-f]{40}([0-9a-f]{24})?$/;
const noId = /^0+$/;

/**
 * What pre-push is told on stdin, `LOCAL-REF LOCAL-ID REMOTE-REF REMOTE-ID` a line: the commits that the remote, as far as
 * its refs are known here, does not have. See githooks(5).
 */
export function parsePrePush(text: string, remote: string | undefined): Pushed {
  const lines = parseLines(text, 4, 'pre-push');
  const pushed = lines.filter(([, local]) => !noId.test(local!));
  return {
    range: {
      from: pushed.map(([, local]) => local!),
      except: pushed.map(([, , , there]) => there!).filter((there) => !noId.test(there)),
      ...(remote ? { exceptRefs: { remote } } : {}),
      // The remote may hold commits that were never fetched.
      ignoreMissing: true,
    },
    tips: pushed.map(([, local]) => local!),
  };
}

/** What pre-receive is told, `OLD-ID NEW-ID REF` a line: the commits that no ref of the repository holds yet. See githooks(5). */
export function parsePreReceive(text: string): Pushed {
  const tips = parseLines(text, 3, 'pre-receive')
    .map(([, now]) => now!)
    .filter((now) => !noId.test(now));
  return { range: { from: tips, exceptRefs: 'all' }, tips };
}

function parseLines(text: string, words: number, hook: string): string[][] {
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const parts = line.split(' ');
      const ids = hook === 'pre-push' ? [parts[1], parts[3]] : [parts[0], parts[1]];
      if (parts.length < words || !ids.every((part) => part !== undefined && id.test(part))) {
        throw new QuashError(
          'usage',
          `reading what git tells the ${hook} hook on stdin: a line has another form than githooks(5) says; run it as a ${hook} hook`,
        );
      }
      return parts;
    });
}
