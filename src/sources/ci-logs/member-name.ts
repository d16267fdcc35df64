import type { LogNames, LogPlace } from './line-format.ts';

/**
 * The job and step that a log archive's names tell of: `0_build.txt` is a job's whole log, `build/3_Run tests.txt` one of its steps'.
 * An archive that was unpacked into a folder of its own is read likewise.
 * https://docs.github.com/en/actions/how-tos/monitor-workflows/use-workflow-run-logs
 */
export function placeByName({ path, member }: LogNames): LogPlace {
  const name = (member ?? path).split('!/').at(-1)!;
  const [file, folder] = name.split('/').reverse() as [string, string | undefined];
  if (file === 'system.txt' && folder !== undefined) return { job: folder, step: 'system' };
  const { number, title } = /^(?<number>\d+)_(?<title>.+)\.txt$/.exec(file)?.groups ?? {};
  if (title === undefined) return {};
  // Steps are counted from 1. On disk, job logs may lie in a folder: that of the archive.
  const isJob = folder === undefined || (member === undefined && (number === '0' || /^logs?(?:_\d+)?$/.test(folder)));
  return isJob ? { job: title } : { job: folder, step: title };
}
