import type { HttpAnswer } from './http.ts';

/** Why nothing usable came back. Each is ordinary life, and proves nothing of a credential. */
export interface WireFailure {
  readonly kind:
    | 'host-refused'
    | 'address-refused'
    | 'request-refused'
    | 'name'
    | 'connection'
    | 'tls'
    | 'timeout'
    | 'redirect'
    | 'too-large'
    | 'cut-off'
    | 'rate-limited'
    | 'host-down'
    | 'cancelled';
  /** A phrase for a person, secrets concealed. */
  readonly detail: string;
  /** Of `redirect` and `rate-limited`: the answer that was not followed or waited out. */
  readonly answer?: HttpAnswer;
}
