import type { Origin } from './origin.ts';

export type GapReason =
  | 'too-large'
  | 'unreadable'
  | 'encrypted'
  | 'missing-object'
  | 'shallow'
  | 'partial-clone'
  | 'submodule'
  | 'corrupt'
  | 'timeout'
  | 'depth'
  | 'outside-root'
  | 'special-file'
  | 'ratio'
  | 'entries'
  | 'unsupported';

/** Bytes we were asked to scan and did not. A scan with gaps is never clean. */
export interface Gap {
  readonly origin: Origin | { readonly kind: 'repository'; readonly repository: string };
  readonly reason: GapReason;
  /** One plain sentence for a person: what happened, what to do. Free of secrets. */
  readonly detail: string;
}
