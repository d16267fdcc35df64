/** How a provider is asked whether a credential is alive: what the pattern's YAML says, defaults filled in. Plain data. */
export type Verification = HttpVerification | ProtocolVerification;

interface Asking {
  /** Hosts of the provider besides those that stand in its URLs, `*.` for any one label or more in front; any other needs the user's leave. */
  readonly hosts: readonly string[];
  /** Variables cut out of the secret or a part by RE2, as `{{pick:NAME}}`: the first group, else the whole match. */
  readonly pick: Readonly<Record<string, Pick>>;
  /** What a part is taken to be where none was found. */
  readonly defaults: Readonly<Record<string, string>>;
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number };
  /** The product also runs on servers of its users: that the hosted one does not know a credential proves nothing, unless the user says it is there. */
  readonly isSelfHosted?: true;
  /** What asking brings about besides an answer, for `quash egress`: a line in an audit log, a token that lives a minute. */
  readonly effects?: string;
}

export interface HttpVerification extends Asking {
  /** Asked one after the other; every step but the last keeps something for those behind it. */
  readonly steps: readonly Step[];
  /** Sent when everything is over, whatever came of it, if what they need was kept. */
  readonly cleanup: readonly Step[];
  /** Values of `{{site}}`: each is tried until one answers `live`; dead is dead at all of them. */
  readonly sites: readonly string[];
}

export interface ProtocolVerification extends Asking {
  /** A protocol of `src/wire/protocols/`. */
  readonly protocol: string;
  /** What the protocol needs, as templates. */
  readonly with: Readonly<Record<string, string>>;
  /** What it says is dead is unknown: where the credential is known besides, or what it answers, is not certain. */
  readonly isNeverDead?: true;
}

export interface Pick {
  /** `secret`, or `part:NAME`. */
  readonly of: string;
  readonly regex: string;
}

export interface Step {
  readonly method: Method;
  /** A template: `https://` and a host, or one variable that is a URL or a host. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly basic?: { readonly user: string; readonly password: string };
  readonly body?: Body;
  /** The page that says that a verb other than GET or HEAD changes nothing here. */
  readonly readOnly?: string;
  readonly live: readonly Rule[];
  readonly dead: readonly Rule[];
  /** No answer proves death; `dead` is empty. */
  readonly isNeverDead?: true;
  /** Answers that are known, and prove nothing. They count before the rules of life and death. */
  readonly unknown: readonly Rule[];
  /** What the steps behind it need of this answer, `{{kept:NAME}}`; a `Source` each. Nothing kept, no verdict. */
  readonly keep: Readonly<Record<string, Source>>;
  readonly tells: Tells;
}

export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;
export type Method = (typeof methods)[number];

export type Body =
  | { readonly json: Json }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly text: string; readonly type: string };

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** What an answer must hold, all of it. */
export interface Rule {
  readonly status: readonly number[];
  readonly headers: Readonly<Record<string, Matcher>>;
  /** By path: `user.id`, `items[0].id`, `errors[].code` for any element, `["a.b"]` for a key with a dot. */
  readonly json: Readonly<Record<string, Matcher>>;
  /** What stands in the body's text; one of several. */
  readonly text: readonly string[];
  /** What the answer must call itself. */
  readonly type?: 'json' | 'html' | 'xml' | 'text';
  /** What it means, as part of the evidence or the reason. */
  readonly why?: string;
}

/**
 * A scalar that must be equal, RE2 after `re:`, one of a list, or a word for what is expected:
 * string (not empty), number, boolean, object, array (not empty), present, absent.
 */
export type Matcher = string | number | boolean | null | readonly (string | number | boolean | null)[];

export const kinds = ['string', 'number', 'boolean', 'object', 'array', 'present', 'absent'] as const;

/** Where something stands in an answer: `json.PATH`, `header.NAME`, or `{{…}}` for a variable; the first that is there. */
export interface Source {
  readonly from: readonly string[];
  /** Cut at this string into a list. */
  readonly split?: string;
  /** How a time is written; ISO 8601, seconds or milliseconds since 1970, or seconds from now. */
  readonly time?: 'iso' | 'seconds' | 'milliseconds' | 'from-now';
}

export const toldFields = ['identity', 'account', 'scopes', 'created', 'expires', 'lastUsed'] as const;

/** What an answer tells of a live credential. */
export type Tells = Readonly<Partial<Record<(typeof toldFields)[number], Source>>>;

/** Whether an answer can prove a credential dead. Of a kind that nobody is asked about, none does. */
export function isMortal(verification: Verification | undefined): boolean {
  if (!verification) return false;
  return ('protocol' in verification ? verification : verification.steps.at(-1))?.isNeverDead !== true;
}
