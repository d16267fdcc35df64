import { redact, type Secret } from '../model/secret.ts';

/** Text of others, cut to `max` characters. What is not plain ASCII has no business in a host or a header's value. */
export function printable(text: string, max = 500): string {
  const plain = text.replace(/[^\x20-\x7e\u2026]/g, '?');
  return plain.length > max ? `${plain.slice(0, max)}…` : plain;
}

/** Text that a provider wrote, for people and reports: nothing hidden in it, no control character, cut to `max` characters. */
export function shownText(text: string, hide: readonly Secret[], max: number): string {
  return conceal(text, hide)
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, max);
}

/** Below this, hiding a value would blot out words at random and so tell what it is. */
const leastConcealed = 4;

/** Takes values out of a text, however they are spelled there: as they are, percent-encoded, as a form, JSON, or base64 writes them. */
export function conceal(text: string, hide: readonly Secret[]): string {
  if (text === '') return text;
  const spelled = hide.flatMap((secret) => {
    const value = secret.reveal();
    return value.length < leastConcealed ? [] : spellings(value).map((spelling) => ({ spelling, shown: redact(value) }));
  });
  // The longest first: one value may stand inside another, and a short spelling inside a longer one.
  spelled.sort((a, b) => b.spelling.length - a.spelling.length);
  return spelled.reduce((rest, { spelling, shown }) => rest.replaceAll(spelling, () => shown), text);
}

function spellings(value: string): readonly string[] {
  // Half a surrogate pair cannot be encoded; through bytes it becomes what any encoder would make of it.
  const wellFormed = Buffer.from(value).toString();
  const component = encodeURIComponent(wellFormed);
  const encoded = [
    component,
    encodeURI(wellFormed),
    // What a path leaves alone besides: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
    component.replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent),
    component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
    new URLSearchParams({ v: value }).toString().slice(2),
  ];
  const lower = encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()));
  const all = [
    value,
    JSON.stringify(value).slice(1, -1),
    ...encoded,
    ...lower,
    ...urlSpellings(value),
    ...base64Spellings(value),
  ];
  return [...new Set(all)].filter((spelling) => spelling.length >= leastConcealed);
}

/** A value that is itself a URL is written anew when it is parsed: its host in lower case, its path encoded. */
function urlSpellings(value: string): readonly string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return [];
  const url = new URL(value);
  const path = `${url.pathname}${url.search}`;
  return [url.href, path, url.pathname, decodeURI(url.pathname.replace(/%(?![0-9a-f]{2})/gi, '%25'))].filter(
    // Slack's and Discord's secret is the path alone; `/` or `/api` is nobody's.
    (text) => text.length >= 12,
  );
}

/**
 * Base64 of a longer text that holds the value, such as `user:password`: what it looks like depends on where the value begins, one
 * of three ways, and the characters at its ends depend on its neighbours and are left out.
 */
function base64Spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const whole = bytes.toString('base64');
  const inside = [0, 1, 2].map((before) => {
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    return Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(start, end);
  });
  const standard = [whole, ...inside].filter((text) => text.length >= 6);
  return [...standard, ...standard.map((text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))];
}

/** A URL for evidence: scheme, host and path with every hidden value redacted; of a query only that there was one. */
export function redactedUrl(url: URL, hide: readonly Secret[]): string {
  const path = url.pathname
    .split('/')
    .map((segment) => {
      // A segment that spells a value in yet another way is seen when its escapes are undone.
      const plain = unescaped(segment);
      const shown = conceal(plain, hide);
      return shown === plain ? segment : printable(shown);
    })
    .join('/');
  return printable(conceal(`${url.protocol}//${url.host}${path}${url.search === '' ? '' : '?…'}`, hide), 2_000);
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone % is no escape; then there is nothing to undo.
    return segment;
  }
}
