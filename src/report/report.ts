import { type Conceal, concealing } from '../model/conceal.ts';
import type { Finding, Summary } from '../model/finding.ts';
import type { Gap } from '../model/gap.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Secret } from '../model/secret.ts';
import type { Format } from './format.ts';
import {
  type FindingRecord,
  findingRecord,
  type GapRecord,
  gapRecord,
  type TurnedDown,
  type TurnedDownRecord,
  turnedDownRecord,
} from './record.ts';

export interface ReportOptions {
  readonly format: Format;
  /** Secrets are written in clear. */
  readonly unredacted: boolean;
  readonly color: boolean;
  readonly hyperlinks: boolean;
  /** Columns that text is laid out in. */
  readonly width: number;
  /** Whether candidates that were turned down are reported too (`text` and `jsonl` only). */
  readonly explain: boolean;
  /** Leaves out what is for a person's information only: of `text` the summary, but not what was not read. */
  readonly quiet?: boolean;
  /** The absolute path of the folder that paths are relative to, for hyperlinks. */
  readonly root: string;
  /** The remote of the target's repository, for links to its history. A user and password in it are never written. */
  readonly repositoryUrl?: string;
  /** The project's own page, from package.json; reports that name the tool link to it. */
  readonly homepage?: string;
  /** Everything that was found, reported or not: none of it shows in a name or an author either. */
  readonly secrets?: Iterable<Secret>;
  /** The patterns that the scan ran with. */
  readonly patterns: readonly Pattern[];
}

/** Takes what a scan says as it says it, and writes a report. Every call writes at most once, in the order of the calls. */
export interface Reporter {
  finding(finding: Finding): Promise<void>;
  /** A finding that has its shape for reports already, as those of the ledger do. */
  record(record: FindingRecord, pattern: Pattern): Promise<void>;
  gap(gap: Gap): Promise<void>;
  /** Ignored unless `explain` is set and the format has a place for it. */
  turnedDown(candidate: TurnedDown): Promise<void>;
  /** Ends the report. Without it the report is not whole. */
  finish(summary: Summary): Promise<void>;
}

/** How one format writes: each function gives the text to append, `''` for none. It sees no secret, only records. */
export interface ReportFormat {
  /** Comes before everything else. */
  readonly head?: string;
  finding(record: FindingRecord, pattern: Pattern): string;
  gap(record: GapRecord): string;
  turnedDown?(record: TurnedDownRecord): string;
  finish(summary: Summary): string;
}

/** Starts a report. Only the format asked for is loaded; memory stays bounded by what one finding holds, and by the gaps. */
export function createReporter(options: ReportOptions, write: (text: string) => Promise<void> | void): Reporter {
  let loading: Promise<ReportFormat> | undefined;
  let started = false;
  const conceal: Conceal = options.unredacted ? (text) => text : concealing(options.secrets ?? []);

  async function append(produce: (format: ReportFormat) => string): Promise<void> {
    loading ??= loadFormat(options);
    const format = await loading;
    const text = produce(format);
    const head = started ? '' : (format.head ?? '');
    started = true;
    if (head || text) await write(head + text);
  }

  return {
    finding: (finding) =>
      append((format) => format.finding(findingRecord(finding, options.unredacted, conceal), finding.pattern)),
    record: (record, pattern) => append((format) => format.finding(record, pattern)),
    gap: (gap) => append((format) => format.gap(gapRecord(gap, conceal))),
    turnedDown: async (candidate) => {
      if (!options.explain) return;
      await append((format) => format.turnedDown?.(turnedDownRecord(candidate, conceal)) ?? '');
    },
    finish: (summary) => append((format) => format.finish(summary)),
  };
}

async function loadFormat(options: ReportOptions): Promise<ReportFormat> {
  const { format } = options;
  switch (format) {
    case 'text':
      return (await import('./text.ts')).textFormat(options);
    case 'json':
      return (await import('./json.ts')).jsonFormat();
    case 'jsonl':
      return (await import('./jsonl.ts')).jsonlFormat();
    case 'sarif':
      return (await import('./sarif.ts')).sarifFormat(options);
    case 'gitlab':
      return (await import('./gitlab.ts')).gitlabFormat(options);
    case 'csv':
      return (await import('./csv.ts')).csvFormat();
    case 'junit':
      return (await import('./junit.ts')).junitFormat();
    case 'html':
      return (await import('./html.ts')).htmlFormat(options);
    default:
      return format satisfies never;
  }
}
