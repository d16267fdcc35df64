import { closeSync, openSync, writeSync } from 'node:fs';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';

/** Where a report goes: the file that `--output` names, readable by the user only, or stdout. */
export function openOutput(
  file: string | undefined,
  context: Context,
): { readonly write: (text: string) => Promise<void> | void; readonly close: () => void } {
  if (file === undefined) {
    return {
      write: (text) => {
        // Where nobody reads on, it never drains: Node would end with its own 13.
        if (context.stdout.write(text) || context.stdout.destroyed) return;
        return new Promise<void>((resolve) => {
          const done = () => {
            context.stdout.off('drain', done);
            context.stdout.off('close', done);
            resolve();
          };
          context.stdout.on('drain', done);
          context.stdout.on('close', done);
        });
      },
      close: () => {},
    };
  }
  let opened: number;
  try {
    opened = openSync(file, 'w', 0o600);
  } catch (cause) {
    throw new QuashError(
      'output',
      `writing the report to ${file}: ${(cause as NodeJS.ErrnoException).code}; name a file in a folder that you can write to`,
      { cause },
    );
  }
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(opened, bytes, done);
    },
    close: () => closeSync(opened),
  };
}
