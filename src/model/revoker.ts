import type { Body, Pick, Rule, Source } from './verification.ts';

/**
 * How a kind of credential is taken back: a file of `revokers/` exports one or several. Data only: it performs nothing, and
 * every value enters a request through a template, as in `verify`. `src/revoke/` runs it, so that journal, limits, proof and
 * redaction cannot be forgotten.
 */
export interface Revoker {
  /** The provider, and the name of the file. */
  readonly provider: string;
  /** Ids of the patterns whose credentials it takes; their YAML says `revoker:` and the file's name. */
  readonly patterns: readonly string[];
  /** The pages that say what is claimed here. */
  readonly docs: readonly string[];
  /** The hosts it may contact, literal or `*.domain`; a step to another is refused. */
  readonly hosts: readonly string[];
  /** Who may do it: whoever holds the value (`none`: not even that is presented), the credential itself, or a credential of ours. */
  readonly authority: 'none' | 'self' | 'admin';
  /**
   * With `admin`: what is needed, and the environment variable that it is read from unless `--admin` says otherwise. With
   * `self`: what does it instead where it is there.
   */
  readonly admin?: { readonly what: string; readonly env: string };
  /** How many credentials one run of the steps takes. */
  readonly batch: { readonly max: number };
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number; readonly perHour?: number };
  /** As in `verify`. */
  readonly pick?: Readonly<Record<string, string | Pick>>;
  readonly defaults?: Readonly<Record<string, string>>;
  /** What else dies with it, what outlives it, and for how long: sentences for the plan. */
  readonly cascade?: string;
  readonly survives?: string;
  /** Ids of patterns whose credentials may be of the same grant, and die with it: asked about once it is dead. */
  readonly children?: readonly string[];
  /** Whether it can make others (a refresh token, an admin key): it goes before them. */
  readonly mints?: boolean;
  /** Takes the credential back for good. */
  readonly revoke: readonly RevokeStep[];
  /** Where the provider can: switches it off first, and on again. Then `revoke` is what finalises. */
  readonly reversible?: {
    readonly disable: readonly RevokeStep[];
    readonly enable: readonly RevokeStep[];
    readonly undoFor?: string;
  };
  /**
   * Where no answer to the credential proves its death: look-ups in the provider's own records, which a credential of ours makes
   * once the call was taken. The last one finds it `gone`, or in a list that does not hold it any more; or it is there still.
   */
  readonly confirm?: readonly HttpStep[];
  /** How long after an accepted call the provider may take, for the proof: 10m unless said. */
  readonly takesUpTo?: string;
}

/** One thing that is done, in the order of the list. A look-up changes nothing, and finds what the next needs. */
export type RevokeStep = HttpStep | TransportStep;

export interface HttpStep {
  /** A sentence for the plan: `Deletes the key by its id.` */
  readonly does: string;
  readonly kind: 'look-up' | 'act';
  /** `DELETE https://api.example.com/v1/keys/{{kept:id}}`. Besides the variables of `verify`, of which `{{site}}` is the one that knows the credential: `{{admin}}`, and in a JSON body `{{secrets}}`, alone in its place, for the list of all of the batch. */
  readonly request: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly basic?: { readonly user: string; readonly password: string };
  readonly body?: Body;
  /** The provider took it. It is no proof of anything. */
  readonly accepted: readonly RuleInput[] | RuleInput;
  /** There was nothing to take back any more. */
  readonly gone?: readonly RuleInput[] | RuleInput;
  /** Of a look-up: what the steps behind it need, `{{kept:NAME}}`. */
  readonly keep?: Readonly<Record<string, Source | string>>;
  /** Of a look-up in a list: the one element that is the leaked credential's own. None, or more than one, stops the run. */
  readonly find?: {
    readonly in: string;
    readonly where: Readonly<Record<string, string>>;
    /** Where the element shows its value with the middle masked: its ends must be those of the leaked one. */
    readonly masked?: string;
    readonly keep: Readonly<Record<string, string>>;
  };
  /** With `find`: how the list goes on. Every page is read before an element counts as the only one; without this, one is the list. */
  readonly page?: Paging;
}

/** How the pages of a list are asked for. `as` is where in the request: `query.after_id`, `header.range`. */
export type Paging =
  /** By what the page before tells: `json.last_id`, `header.next-range`. Nothing told is the end, or what stands at `more`. */
  | { readonly next: string; readonly as: string; readonly more?: string }
  /** By counting what was read: pages, of which the first has a number, or elements. It ends with a page of fewer than `size`. */
  | { readonly counts: 'pages'; readonly first: number; readonly as: string; readonly size: number }
  | { readonly counts: 'elements'; readonly as: string; readonly size: number }
  /** The same where the list tells at `total` how many pages, or elements, there are. */
  | { readonly counts: 'pages'; readonly first: number; readonly as: string; readonly total: string }
  | { readonly counts: 'elements'; readonly as: string; readonly total: string };

/** A rule with what is usually empty left out. */
export interface RuleInput {
  readonly status: number | readonly number[];
  readonly headers?: Rule['headers'];
  readonly json?: Rule['json'];
  readonly text?: string | readonly string[];
  readonly why?: string;
}

export interface TransportStep {
  readonly does: string;
  readonly kind: 'look-up' | 'act';
  /** A file of `src/wire/transports/`, and what it is to do. */
  readonly transport: string;
  readonly action: string;
  /** Templates, as in `verify`. */
  readonly with: Readonly<Record<string, string>>;
  /** Only done, and only planned, where a credential of ours is there. */
  readonly onlyWith?: 'admin';
}

/** What a person does where no API does it. Stands in the pattern's YAML, or for all patterns of a file. */
export interface Runbook {
  /** The page where it is done. */
  readonly page?: string;
  readonly steps: readonly string[];
  /** Whom to ask. */
  readonly ask?: string;
  readonly survives?: string;
}
