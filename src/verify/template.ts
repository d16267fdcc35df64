/** What the templates of a verification may name. */
export interface Variables {
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly picks: Readonly<Record<string, string>>;
  readonly kept: Readonly<Record<string, string>>;
  readonly site?: string;
  /** Of a request that takes a credential back: a credential of ours, what its provider told of the leaked one, and all values of a batch. */
  readonly admin?: string;
  readonly told?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
}

/** A template with its variables put in, or why that cannot be: a phrase without any value in it. */
export type Filled<T = string> = { readonly value: T } | { readonly problem: string };

const token = /\{\{\s*([a-z]+)(?::([a-z][a-z0-9_-]*))?\s*(?:\|\s*(base64))?\s*\}\}/g;

export interface Token {
  readonly kind: 'secret' | 'part' | 'pick' | 'kept' | 'site' | 'admin' | 'told' | 'secrets';
  readonly name: string;
}

/** The variables of a template; `undefined` when something between braces is none. */
export function tokensOf(template: string): readonly Token[] | undefined {
  const tokens: Token[] = [];
  const rest = template.replace(token, (_, kind: string, name: string | undefined) => {
    tokens.push({ kind: kind as Token['kind'], name: name ?? '' });
    return '';
  });
  const isKnown = tokens.every(({ kind, name }) => {
    if (kind === 'secret' || kind === 'site' || kind === 'admin' || kind === 'secrets') return name === '';
    return (kind === 'part' || kind === 'pick' || kind === 'kept' || kind === 'told') && name !== '';
  });
  return isKnown && !rest.includes('{{') && !rest.includes('}}') ? tokens : undefined;
}

/** Puts variables in, each through `encode`: the one place where a value enters a request. */
export function fill(template: string, variables: Variables, encode: (value: string, token: Token) => Filled): Filled {
  let problem: string | undefined;
  const value = template.replace(token, (_, kind: Token['kind'], name = '', filter: string | undefined) => {
    const found = lookUp({ kind, name }, variables);
    if (found === undefined) {
      problem ??=
        kind === 'admin'
          ? 'it needs a credential of ours that may do it'
          : `it needs its ${name === '' ? kind : name}, which ${kind === 'told' ? 'its provider did not tell' : 'was not found beside it'}`;
      return '';
    }
    const encoded = encode(filter === 'base64' ? Buffer.from(found).toString('base64') : found, { kind, name });
    if ('value' in encoded) return encoded.value;
    problem ??= encoded.problem;
    return '';
  });
  return problem === undefined ? { value } : { problem };
}

function lookUp({ kind, name }: Token, variables: Variables): string | undefined {
  switch (kind) {
    case 'secret':
      return variables.secret;
    case 'site':
      return variables.site;
    case 'part':
      return own(variables.parts, name);
    case 'pick':
      return own(variables.picks, name);
    case 'kept':
      return own(variables.kept, name);
    case 'admin':
      return variables.admin;
    case 'told':
      return own(variables.told ?? {}, name);
    case 'secrets':
      // A list is no text: it stands alone in a JSON body, which puts it in.
      return undefined;
    default:
      return kind satisfies never;
  }
}

function own(values: Readonly<Record<string, string>>, name: string): string | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

/** As it stands. Only for what is data by construction: JSON values, form values, credentials of Basic authentication. */
export function plain(value: string): Filled {
  return { value };
}

/** A header's value. A line break in it would be a header of its own. https://www.rfc-editor.org/rfc/rfc9110#section-5.5 */
export function headerValue(value: string): Filled {
  return /^[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?$/.test(value)
    ? { value }
    : { problem: 'it holds a character that cannot stand in a header' };
}

/** A part of a URL's path: what could end the segment, start a query or step out of the folder is encoded or refused. */
export function pathSegment(value: string): Filled {
  if (/^\.{1,2}$/.test(value)) return { problem: 'it would step out of the path' };
  const encoded = encodeURIComponentOrUndefined(value);
  if (encoded === undefined) return { problem: 'it is no well-formed text' };
  // RFC 3986 pchar: sub-delims, colon and at sign stand for themselves in a segment.
  return { value: encoded.replace(/%(?:3A|40|24|26|2B|2C|3B|3D)/g, (code) => decodeURIComponent(code)) };
}

export function queryValue(value: string): Filled {
  const encoded = encodeURIComponentOrUndefined(value);
  return encoded === undefined ? { problem: 'it is no well-formed text' } : { value: encoded };
}

/** One label of a host's name. */
export function hostLabel(value: string): Filled {
  return /^[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?$/i.test(value)
    ? { value: value.toLowerCase() }
    : { problem: 'what should be a label of its host is none' };
}

const entities: Readonly<Record<string, string>> = { '<': '&lt;', '>': '&gt;', '&': '&amp;', '"': '&quot;', "'": '&apos;' };

/** Text of a body, by its media type: XML and JSON have ways to say every character, of others only plain ones are let through. */
export function bodyText(type: string): (value: string) => Filled {
  if (/\bxml\b/i.test(type)) return (value) => ({ value: value.replace(/[<>&"']/g, (character) => entities[character] ?? '') });
  if (/\bjson\b/i.test(type)) return (value) => ({ value: JSON.stringify(value).slice(1, -1) });
  return (value) =>
    /^[0-9A-Za-z._~:@/+=-]*$/.test(value) ? { value } : { problem: 'it holds a character that the request has no way to write' };
}

function encodeURIComponentOrUndefined(value: string): string | undefined {
  return /\p{Surrogate}/u.test(value) ? undefined : encodeURIComponent(value);
}
