/** What stands in for a provider's hosts: all of them, or those that `host` names. */
export interface Endpoint {
  readonly provider: string;
  /** A host, or `*.domain`. */
  readonly host?: string;
  readonly url: URL;
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number };
}
