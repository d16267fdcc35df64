import { neutralise } from './neutralise.ts';
import { createPaint } from './paint.ts';
import { formatBytes, formatCount, formatSeconds } from './quantities.ts';

/** How far a scan is. */
export interface ProgressState {
  /** What is being done: `history`, `files`. */
  readonly stage: string;
  readonly done: number;
  /** Objects in all, once that is known. */
  readonly total?: number;
  readonly bytes: number;
}

export interface Progress {
  /** Shows how far the scan is; cheap enough to call at every object. */
  update(state: ProgressState): void;
  /** Takes the line away, so that something else can be written; the next update brings it back. */
  clear(): void;
}

interface ProgressStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const redrawMs = 80;
// A run that is over before this needs no progress, and a rate measured over less is noise.
const quietMs = 250;
const eraseLine = '\r\x1b[2K';
const silent: Progress = { update: () => undefined, clear: () => undefined };

/** One line on stderr that tells how far the scan is and how long it will take; nothing where stderr is no terminal. */
export function createProgress(
  stream: ProgressStream,
  options: { readonly quiet: boolean; readonly color: boolean; readonly term?: string; readonly now?: () => number },
): Progress {
  if (!stream.isTTY || options.quiet || options.term === 'dumb') return silent;
  const now = options.now ?? (() => performance.now());
  const paint = createPaint(options.color);
  const startedAt = now();
  let drawnAt = startedAt + quietMs - redrawMs;
  let drawn = false;
  let stage = '';
  let stageStart = { at: startedAt, done: 0, bytes: 0 };

  return {
    update(state) {
      const at = now();
      if (state.stage !== stage) {
        stage = state.stage;
        stageStart = { at, done: state.done, bytes: state.bytes };
      }
      if (at - drawnAt < redrawMs) return;
      drawnAt = at;
      drawn = true;
      const line = progressLine(state, (at - stageStart.at) / 1000, stageStart);
      // The last column stays free: writing into it makes some terminals wrap, and the line could no longer be erased.
      stream.write(`${eraseLine}${paint(neutralise(line, (stream.columns ?? 80) - 2), 'dim')}`);
    },
    clear() {
      if (!drawn) return;
      drawn = false;
      stream.write(eraseLine);
    },
  };
}

function progressLine(state: ProgressState, seconds: number, start: { readonly done: number; readonly bytes: number }): string {
  const { stage, done, total, bytes } = state;
  const parts = [
    total === undefined ? `${formatCount(done)} objects` : `${formatCount(done)}/${formatCount(total)} objects`,
    formatBytes(bytes),
  ];
  if (seconds > 0 && bytes > start.bytes) parts.push(`${formatBytes(Math.round((bytes - start.bytes) / seconds))}/s`);
  const left = secondsLeft(state, seconds, start.done);
  if (left !== undefined) parts.push(`${formatSeconds(left)} left`);
  const percent = total ? `${String(Math.min(99, Math.floor((100 * done) / total))).padStart(2)}% ` : '';
  return `${stage} ${percent}${parts.join(' · ')}`;
}

function secondsLeft({ done, total }: ProgressState, seconds: number, doneAtStart: number): number | undefined {
  const advanced = done - doneAtStart;
  if (total === undefined || advanced <= 0 || seconds < 1 || done > total) return undefined;
  return Math.ceil(((total - done) * seconds) / advanced);
}
