import type { Origin } from '../model/origin.ts';
import { originName } from './origin-path.ts';
import type { LocationRecord } from './record.ts';

/** A place that a secret reached, and when. */
export interface SpreadStep {
  /** ISO 8601. */
  readonly date: string;
  readonly kind: Origin['kind'];
  readonly place: string;
}

/**
 * The way a secret spread: the places with a time, the earliest first, each once. Empty where fewer than two kinds of places
 * tell one: of a repository alone, its history says it.
 */
export function spreadOf(locations: readonly Pick<LocationRecord, 'origin'>[]): readonly SpreadStep[] {
  const steps = new Map<string, SpreadStep>();
  for (const { origin } of locations) {
    const date = dateOf(origin);
    if (date === undefined) continue;
    const place = placeOf(origin);
    const known = steps.get(place);
    if (!known || Date.parse(date) < Date.parse(known.date)) steps.set(place, { date, kind: origin.kind, place });
  }
  // A commit's message and its files are one repository.
  const kinds = new Set([...steps.values()].map(({ kind }) => (kind === 'ci-log' || kind === 'chat' ? kind : 'repository')));
  return kinds.size < 2 ? [] : [...steps.values()].sort((a, b) => Date.parse(a.date) - Date.parse(b.date));
}

function dateOf(origin: Origin): string | undefined {
  const date = 'timestamp' in origin ? origin.timestamp : 'date' in origin ? origin.date : undefined;
  return date !== undefined && !Number.isNaN(Date.parse(date)) ? date : undefined;
}

/** The channel, the job, or the path: what a person calls the place. */
function placeOf(origin: Origin): string {
  if (origin.kind === 'chat' && origin.channel !== undefined) return `#${origin.channel} (${origin.system})`;
  if (origin.kind === 'ci-log' && origin.job !== undefined) return `job ${origin.job} (${origin.system})`;
  return originName(origin);
}
