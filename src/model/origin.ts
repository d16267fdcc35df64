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
  | CiLogOrigin
  | ChatOrigin
  | { readonly kind: 'stdin' };

/** A line that a job wrote. Lines and columns count in the document: the file, or the member of an archive. */
export interface CiLogOrigin {
  readonly kind: 'ci-log';
  /** `github-actions`, `gitlab`, `jenkins`, … */
  readonly system: string;
  readonly path: string;
  readonly member?: string;
  readonly repository?: string;
  readonly run?: string;
  readonly job?: string;
  readonly step?: string;
  readonly timestamp?: string;
  readonly url?: string;
}

/** A message, or what was attached to one. */
export interface ChatOrigin {
  readonly kind: 'chat';
  /** `slack`, `discord`, `teams`, … */
  readonly system: string;
  readonly path: string;
  readonly member?: string;
  readonly workspace?: string;
  /** Its name, without a #. */
  readonly channel?: string;
  readonly author?: { readonly id?: string; readonly name?: string; readonly email?: string };
  /** ISO 8601. */
  readonly timestamp?: string;
  /** The timestamp or id of the message that its thread began with. */
  readonly thread?: string;
  readonly permalink?: string;
  readonly edited?: boolean;
  readonly deleted?: boolean;
  /** The name of the file that was attached, where the secret stands in that. */
  readonly attachment?: string;
}

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
  /** Where in the file it is, where that is an archive. */
  readonly member?: string;
  /** What of the file it is part of, where that is a log, an export or a notebook: the first of its kind. */
  readonly within?: Within;
}

/** A line that a job wrote, a message, or a cell of a notebook, counted from 1. */
export type Within =
  | Omit<CiLogOrigin, 'path' | 'member'>
  | Omit<ChatOrigin, 'path' | 'member'>
  | { readonly kind: 'notebook'; readonly cell: number };
