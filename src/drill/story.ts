import type { Context } from '../cli-context.ts';
import { displayWidth } from '../report/display-width.ts';
import { neutralise } from '../report/neutralise.ts';
import { createPaint } from '../report/paint.ts';

/** A finding as the reports tell of it, what the drill looks at. */
export interface DrillFinding {
  readonly id: string;
  readonly pattern: string;
  readonly secret: string;
  readonly verdict: { readonly state: string };
  readonly locations: readonly { readonly origin: { readonly kind: string } }[];
}

export interface DrillResult {
  readonly finding: string;
  readonly state: string;
  readonly evidence: string;
  readonly secondsToDead: number | null;
}

const labelWidth = 9;
const places: Readonly<Record<string, string>> = { git: 'history', 'ci-log': 'CI log', chat: 'chat', commit: 'message' };

/** Tells the drill as it happens, a line a step. */
export function createStory(
  { stdout, color }: Context,
  { isTold, startedAt }: { readonly isTold: boolean; readonly startedAt: number },
) {
  const paint = createPaint(color.stdout);
  const write = (line: string) => {
    if (isTold) stdout.write(`${line}\n`);
  };
  const kept = (folder: string | undefined) => {
    if (folder !== undefined) write(`The ledger, the journal and what leaked are kept in ${neutralise(folder)}.`);
  };
  write(paint('A leak, from commit to proved dead. Nothing leaves this machine.', 'bold'));
  return {
    tell(what: string, text: string): void {
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1).padStart(5);
      write(`${paint(`${seconds} s`, 'dim')}  ${paint(what.padEnd(labelWidth), 'bold')}${neutralise(text)}`);
    },
    table(before: readonly DrillFinding[], results: readonly DrillResult[], after: readonly DrillFinding[]): void {
      const rows = before.map((finding) => {
        const result = results.find((one) => one.finding === finding.id);
        const later = after.find(({ id }) => id === finding.id);
        const kinds = [...new Set(finding.locations.map(({ origin }) => places[origin.kind] ?? origin.kind))];
        const seconds = result?.secondsToDead;
        return [
          finding.pattern,
          finding.secret.replace(' (redacted)', ''),
          kinds.join(', '),
          finding.verdict.state,
          result?.evidence.startsWith('died with ') ? 'died along' : (result?.state ?? 'left alone'),
          later?.verdict.state ?? 'unknown',
          seconds === null || seconds === undefined ? '' : `${seconds.toFixed(1)} s`,
        ];
      });
      const head = ['CREDENTIAL', 'VALUE', 'LEAKED IN', 'BEFORE', 'DONE', 'AFTER', 'TIME TO DEAD'];
      const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => displayWidth(row[column] ?? ''))));
      const line = (row: readonly string[]) =>
        row
          .map((cell, column) => `${cell}${' '.repeat((widths[column] ?? 0) - displayWidth(cell))}`)
          .join('  ')
          .trimEnd();
      write('');
      write(paint(line(head), 'dim'));
      for (const row of rows) write(neutralise(line(row), 200));
      write('');
    },
    leave({ dead, live, folder }: { readonly dead: number; readonly live: number; readonly folder: string | undefined }): void {
      write(
        paint(
          `${dead} proved dead, ${live} still live${folder === undefined ? '; all of it is gone with the drill' : ''}.`,
          'bold',
          live === 0 ? 'green' : 'yellow',
        ),
      );
      kept(folder);
    },
    end(isProved: boolean, seconds: number, folder: string | undefined): void {
      write(
        isProved
          ? paint(`All revoked and proved dead in ${seconds.toFixed(1)} s.`, 'bold', 'green')
          : paint('Not everything is proved dead; see above.', 'bold', 'red'),
      );
      kept(folder);
    },
  };
}
