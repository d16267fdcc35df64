import type { ScannedFiles } from './scan-files.ts';
import type { OthersSetting, ScannedOthers } from './scan-others.ts';

/** What threads give that were asked for nothing. */
export const nothingScanned: ScannedFiles = { files: [], gaps: [], others: [], bytes: 0 };

/** Scans what the threads left to somebody else, and collects what they found. */
export async function scanRest({ files, others }: ScannedFiles, setting: OthersSetting): Promise<ScannedOthers> {
  if (others.length > 0) {
    const { scanOthers } = await import('./scan-others.ts');
    return scanOthers(others, files, setting);
  }
  for (const { path, matches } of files) for (const match of matches) setting.collect(match, { kind: 'file', path });
  return { gaps: [], bytes: 0, objects: 0 };
}
