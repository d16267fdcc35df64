import { jsonText } from './json-text.ts';
import { summaryRecord } from './record.ts';
import type { ReportFormat } from './report.ts';

/** JSON Lines: one object a line, each written as soon as it is final. */
export function jsonlFormat(): ReportFormat {
  const line = (record: unknown) => `${jsonText(record)}\n`;
  return {
    finding: line,
    gap: line,
    turnedDown: line,
    finish: (summary) => line(summaryRecord(summary)),
  };
}
