/** Where bytes came from. Paths are relative to the target and use `/`; what is unknown is left out. */
export type Origin =
  | { readonly kind: 'file'; readonly path: string; readonly repository?: string }
  | GitOrigin
  | {
      readonly kind: 'commit' | 'tag' | 'note';
      readonly repository?: string;
      readonly commit: string;
      readonly author?: string;
      readonly email?: string;
      readonly date?: string;
    }
  | { readonly kind: 'staged'; readonly path: string }
  | { readonly kind: 'archive'; readonly path: string; readonly member: string }
  | { readonly kind: 'stdin' };

/** A path in a repository's history: the blob shown is the oldest version of that path that holds the secret. */
export interface GitOrigin {
  readonly kind: 'git';
  readonly repository?: string;
  readonly path?: string;
  readonly blob: string;
  /** The first commit that brought the secret to this path, with its author. Dates are ISO 8601. */
  readonly commit?: string;
  readonly author?: string;
  readonly email?: string;
  readonly date?: string;
  /** The last commit whose tree still holds it; a branch's tip when it was never removed. */
  readonly lastCommit?: string;
  /** How many versions (distinct blobs) of this path hold it. */
  readonly versions?: number;
}
