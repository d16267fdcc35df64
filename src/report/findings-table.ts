import type { ListedFinding } from '../model/stored-finding.ts';
import { placeName } from './description.ts';
import { displayWidth } from './display-width.ts';
import { neutralise } from './neutralise.ts';
import type { Paint } from './paint.ts';
import { counted } from './quantities.ts';

/** Findings of the ledger, one a line, in columns. */
export function findingsTable(findings: readonly ListedFinding[], paint: Paint): string {
  const rows = findings.map((finding) => {
    const { id, pattern, verdict, redacted, owner } = finding;
    return [id, verdict.state, pattern.severity, stateWords(finding), pattern.id, redacted, owner ?? '', whereWords(finding)].map(
      (cell) => neutralise(cell, 80),
    );
  });
  const heads = ['ID', 'VERDICT', 'SEVERITY', 'STATE', 'PATTERN', 'SECRET', 'OWNER', 'WHERE'];
  const widths = heads.map((head, at) => Math.max(head.length, ...rows.map((row) => displayWidth(row[at]!))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => `${cell}${' '.repeat(widths[at]! - displayWidth(cell))}`)
      .join('  ')
      .trimEnd();
  const painted = findings.map(({ verdict }, at) => {
    const text = line(rows[at]!);
    return verdict.state === 'live' ? paint(text, 'bold') : verdict.state === 'dead' ? paint(text, 'dim') : text;
  });
  return `${[paint(line(heads), 'dim'), ...painted].join('\n')}\n\n${countWords(findings)}\n`;
}

/** `3 findings: 1 live, 2 unknown`. */
export function countWords(findings: readonly ListedFinding[]): string {
  const states = new Map<string, number>();
  for (const { verdict } of findings) states.set(verdict.state, (states.get(verdict.state) ?? 0) + 1);
  const counts = [...states].map(([state, of]) => `${of} ${state}`).join(', ');
  return `${counted(findings.length, 'finding')}${counts ? `: ${counts}` : ''}`;
}

function stateWords({ state, revocation }: ListedFinding): string {
  return revocation === undefined ? state : revocation;
}

function whereWords({ locations }: ListedFinding): string {
  const standing = locations.filter(({ gone }) => gone === undefined);
  const shown = standing[0] ?? locations[0];
  if (!shown) return '';
  const others = (standing.length || locations.length) - 1;
  return `${placeName(shown)}${others > 0 ? ` and ${counted(others, 'more place')}` : ''}`;
}
