import type { TextFormat } from '../document.ts';

/** A store of Outlook: known, not read. [MS-PST] 2.2.2.6: it begins with `!BDN`. */
export const outlookStore: TextFormat = {
  name: 'pst',
  recognise: (head) => (head[0] === 0x21 && head[1] === 0x42 && head[2] === 0x44 && head[3] === 0x4e ? 1 : 0),
  async *views(document) {
    yield {
      origin: {
        kind: 'chat',
        system: 'pst',
        path: document.path,
        ...(document.member !== undefined && { member: document.member }),
      },
      reason: 'unsupported',
      detail:
        'a store of Outlook (PST) is not read; convert it to mbox or eml, for instance with readpst, or export single messages',
    };
  },
};
