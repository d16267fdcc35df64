/** What a secret's provider said of it. `dead` is only ever said in the provider's own words; everything else is `unknown`. */
export type Verdict =
  | {
      readonly state: 'live';
      readonly checkedAt: string;
      readonly identity?: string;
      readonly scopes?: readonly string[];
      readonly expires?: string;
      readonly lastUsed?: string;
      readonly evidence: string;
    }
  | { readonly state: 'dead'; readonly checkedAt: string; readonly evidence: string }
  | { readonly state: 'unknown'; readonly checkedAt: string; readonly reason: string; readonly cause?: unknown }
  | { readonly state: 'unverifiable' }
  | { readonly state: 'unasked' };

export type VerdictState = Verdict['state'];
