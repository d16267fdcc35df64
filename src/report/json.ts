import { jsonText } from './json-text.ts';
import { summaryRecord } from './record.ts';
import type { ReportFormat } from './report.ts';

/** One document, `{findings, gaps, summary}`. Findings are written as they come; gaps wait for the end, as JSON. */
export function jsonFormat(): ReportFormat {
  const gaps: string[] = [];
  let findings = 0;
  return {
    head: '{"findings":[',
    finding: (record) => `${findings++ === 0 ? '\n' : ',\n'}${jsonText(record)}`,
    gap: (record) => {
      gaps.push(jsonText(record));
      return '';
    },
    finish: (summary) => {
      const closed = findings === 0 ? ']' : '\n]';
      const list = gaps.length === 0 ? '[]' : `[\n${gaps.join(',\n')}\n]`;
      return `${closed},\n"gaps":${list},\n"summary":${jsonText(summaryRecord(summary))}}\n`;
    },
  };
}
