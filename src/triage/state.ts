import type { Plan, Purpose } from '../model/plan.ts';
import type { RevocationResult } from '../model/revocation.ts';
import type { DecisionInput, FindingHistory, ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import type { Sight } from './places.ts';
import type { Row } from './rows.ts';

export const sorts = ['urgency', 'age', 'provider', 'owner', 'copies'] as const;
export type Sort = (typeof sorts)[number];

export const groupings = ['nothing', 'provider', 'owner', 'repository', 'verdict'] as const;
export type Grouping = (typeof groupings)[number];

/** A plan that was made, as it is shown. */
export interface Planned {
  readonly plan: Plan;
  /** As `quash revoke` prints it. */
  readonly text: string;
}

/** What is asked for in a line at the foot: the answers so far, and what is still to be answered. */
export interface Question {
  readonly kind: 'ignore' | 'accept' | 'assign';
  readonly ids: readonly string[];
  readonly answers: readonly string[];
}

/** What is known of a finding besides itself. */
export interface DetailHistory extends FindingHistory {
  readonly fate?: Fate;
  /** The subjects of the commits that brought it, as far as their repository is on this machine. */
  readonly subjects?: ReadonlyMap<string, string>;
}

/** What its revoker says of a credential. */
export interface Fate {
  /** Whether it can make other credentials. */
  readonly mints: boolean;
  /** By whose authority it is taken back, and whether that can be undone. */
  readonly how: string;
}

/** What fills the terminal. `top` is the first line of it that is shown. */
export type Screen =
  | { readonly kind: 'list' }
  | {
      readonly kind: 'detail';
      readonly id: string;
      readonly top: number;
      /** Which of its places is marked. */
      readonly at: number;
      /** The whole of it, which is read when it is opened. */
      readonly finding?: StoredFinding;
      readonly history?: DetailHistory;
      /** The value itself, for a few seconds. */
      readonly revealed?: string;
    }
  | {
      readonly kind: 'plan';
      readonly ids: readonly string[];
      readonly purpose: Purpose;
      readonly top: number;
      readonly back: Screen;
      readonly planned?: Planned;
    }
  | {
      readonly kind: 'confirm';
      readonly planned: Planned;
      readonly typed: string;
      readonly isWrong: boolean;
      readonly back: Screen;
    }
  | {
      readonly kind: 'proof';
      readonly planned: Planned;
      /** What the journal was told, as it happens. */
      readonly lines: readonly string[];
      readonly results: readonly RevocationResult[];
      readonly isOver: boolean;
      /** Undefined follows the end. */
      readonly top: number | undefined;
    }
  | { readonly kind: 'help'; readonly top: number; readonly back: Screen }
  | { readonly kind: 'palette'; readonly typed: string; readonly at: number; readonly back: Screen };

/** How far the scan is, or what it left unread. */
export type ScanState =
  /** `isPreview`: what is listed is not in the ledger yet. */
  | { readonly state: 'running'; readonly progress: string; readonly isPreview: boolean }
  | { readonly state: 'over'; readonly gaps: number };

export type ScreenKind = Screen['kind'];

export interface TriageState {
  readonly columns: number;
  readonly rows: number;
  readonly now: Date;
  readonly isLoading: boolean;
  /** The scan that fills the ledger, where one was asked for. */
  readonly scan: ScanState | undefined;
  /** All findings of the ledger, in its order. */
  readonly findings: readonly ListedFinding[];
  /** Those that are listed, with headings between them. */
  readonly listed: readonly Row[];
  /** The row that the cursor is on, and the first that is shown. */
  readonly cursor: number;
  readonly top: number;
  readonly selected: ReadonlySet<string>;
  readonly filter: string;
  /** What the filter was before it was edited; undefined while it is not. */
  readonly filterBefore: string | undefined;
  readonly filterProblem: string | undefined;
  readonly sort: Sort;
  readonly grouping: Grouping;
  readonly question: (Question & { readonly typed: string; readonly problem?: string }) | undefined;
  readonly screen: Screen;
  /** What is under way, in words. */
  readonly busy: readonly string[];
  readonly message: string | undefined;
}

/** What happens to the terminal UI. */
export type Event =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'resized'; readonly columns: number; readonly rows: number }
  /** What was named is to be scanned. */
  | { readonly kind: 'scan' }
  | { readonly kind: 'scanning'; readonly progress: string }
  | { readonly kind: 'found'; readonly findings: readonly StoredFinding[]; readonly now: Date }
  | { readonly kind: 'scanned'; readonly summary: string; readonly gaps: number }
  /** The ledger is to be read: at first, and when somebody else changed it. */
  | { readonly kind: 'stale' }
  /** More of a list that is read for the first time. */
  | { readonly kind: 'page'; readonly findings: readonly ListedFinding[]; readonly now: Date }
  | { readonly kind: 'loaded'; readonly findings: readonly ListedFinding[]; readonly now: Date }
  | { readonly kind: 'changed'; readonly findings: readonly ListedFinding[]; readonly now: Date }
  | { readonly kind: 'opened'; readonly finding: StoredFinding; readonly history: DetailHistory }
  | { readonly kind: 'revealed'; readonly id: string; readonly text: string }
  | { readonly kind: 'masked' }
  | { readonly kind: 'planned'; readonly ids: readonly string[]; readonly planned: Planned }
  | { readonly kind: 'progress'; readonly line: string }
  | { readonly kind: 'result'; readonly result: RevocationResult }
  | { readonly kind: 'applied'; readonly results: readonly RevocationResult[] }
  | { readonly kind: 'began'; readonly what: string }
  | { readonly kind: 'ended'; readonly what: string; readonly message?: string }
  | { readonly kind: 'told'; readonly message: string }
  | { readonly kind: 'failed'; readonly message: string };

/** What is to be done outside of the state. */
export type Effect =
  | { readonly kind: 'scan' }
  | { readonly kind: 'load' }
  /** The whole of a finding, and its history, are to be read. */
  | { readonly kind: 'open'; readonly id: string }
  | { readonly kind: 'verify'; readonly ids: readonly string[] }
  /** With the answers to what `questionsOf` asks. */
  | {
      readonly kind: 'decide';
      readonly ids: readonly string[];
      readonly decision: DecisionInput['kind'];
      readonly answers: readonly string[];
    }
  | { readonly kind: 'edit' | 'browse' | 'copy'; readonly sights: readonly Sight[] }
  | { readonly kind: 'reveal'; readonly id: string }
  | { readonly kind: 'plan'; readonly ids: readonly string[]; readonly purpose: Purpose }
  | { readonly kind: 'apply'; readonly planned: Planned }
  | { readonly kind: 'quit' }
  | { readonly kind: 'interrupt' };

/** The state before anything was read. */
export function startState(
  terminal: { readonly columns: number; readonly rows: number },
  filter: string,
  now: Date,
): TriageState {
  return {
    ...terminal,
    now,
    isLoading: true,
    scan: undefined,
    findings: [],
    listed: [],
    cursor: 0,
    top: 0,
    selected: new Set(),
    filter,
    filterBefore: undefined,
    filterProblem: undefined,
    sort: 'urgency',
    grouping: 'nothing',
    question: undefined,
    screen: { kind: 'list' },
    busy: [],
    message: undefined,
  };
}

/** How many lines lie between the head and the foot. One line of the terminal stays free: Ink clears a screen that is full. */
export function bodyHeight({ rows }: Pick<TriageState, 'rows'>): number {
  return Math.max(1, rows - 6);
}
