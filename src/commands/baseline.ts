import { updateBaseline, writeBaseline } from '../ledger/baseline.ts';
import type { Finding } from '../model/finding.ts';

/** Where a baseline goes: a file, which is brought up to date when it is there already, or stdout. */
export interface BaselineOutput {
  readonly file: string | undefined;
  readonly stdout: { write(text: string): unknown };
  /** Takes one line for the user; absent with `--quiet`. */
  readonly tell?: (line: string) => void;
}

/** Records what a scan found as the baseline. */
export async function recordBaseline(
  findings: readonly Pick<Finding, 'pattern' | 'secret' | 'parts'>[],
  { file, stdout, tell }: BaselineOutput,
): Promise<void> {
  if (file === undefined) {
    stdout.write((await updateBaseline(findings)).text);
    return;
  }
  const { added, kept, removed } = await writeBaseline(findings, file);
  tell?.(
    `${file}: ${added + kept} known (${added} new, ${removed} no longer found); scan with --baseline ${file} to see what comes after`,
  );
}
