/** What a provider, or the value itself, tells of a credential. Times are ISO 8601. */
export interface Told {
  /** Whose it is: a login, an e-mail address, a role. */
  readonly identity?: string;
  /** The account, organisation or project that it belongs to. */
  readonly account?: string;
  readonly scopes?: readonly string[];
  readonly created?: string;
  readonly expires?: string;
  readonly lastUsed?: string;
  /** Which of its provider's sites knows it, of those that the pattern's `sites` list. */
  readonly site?: string;
}

/** Only what is told, of something that says more. */
export function toldOf({ identity, account, scopes, created, expires, lastUsed, site }: Told): Told {
  const all = { identity, account, scopes, created, expires, lastUsed, site };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

/** What was told that is one text, by name. */
export function toldTexts({ identity, account, created, expires, lastUsed }: Told): Readonly<Record<string, string>> {
  const all = { identity, account, created, expires, lastUsed };
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** One question that was put to a provider, free of secrets. */
export interface Asked {
  readonly at: string;
  /** The verb, or the protocol's name. */
  readonly method: string;
  /** Scheme, host and path, every secret in it redacted. */
  readonly url: string;
  /** The status that came back; absent when nothing did. */
  readonly status?: number;
  /** What decided: the rule that matched, or why none could. */
  readonly outcome: string;
}

/** What a secret's provider said of it. `dead` is only ever said in the provider's own words, or by the value itself; everything else is `unknown`. */
export type Verdict = Told &
  (
    | { readonly state: 'live'; readonly checkedAt: string; readonly evidence: string; readonly asked?: readonly Asked[] }
    | { readonly state: 'dead'; readonly checkedAt: string; readonly evidence: string; readonly asked?: readonly Asked[] }
    | {
        readonly state: 'unknown';
        readonly checkedAt: string;
        readonly reason: string;
        readonly cause?: unknown;
        readonly asked?: readonly Asked[];
      }
    /** Nobody can be asked without harm; the reason is the pattern's. */
    | { readonly state: 'unverifiable'; readonly reason?: string }
    /** Nobody was asked; `canary` names who laid it out as a trap, which asking would spring. */
    | { readonly state: 'unasked'; readonly reason?: string; readonly canary?: string }
  );

export type VerdictState = Verdict['state'];
