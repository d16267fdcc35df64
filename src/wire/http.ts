import type { WireFailure } from './failure.ts';

/** One HTTP request. `host`, `content-length` and what else belongs to the connection is the wire's to say. */
export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What came back: names of headers in lower case, repeated ones joined by `, `; the whole body, unpacked. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export type Sent = { readonly answer: HttpAnswer } | { readonly failure: WireFailure };
