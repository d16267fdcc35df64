// What follows a name that promises a secret, in the notations of `generic-syntax.ts`; quoted values may hold spaces.
const assigned =
  /((?:pass|pwd|\bpw|secret|token|key|auth|cred|bearer|login)[\w.-]{0,30}["'`\])]{0,3}\s{0,3}(?:[:=]=?>?|,)\s{0,3})(?:(["'`])([^"'`]{2,})|([^\s"'`,;&<>…]{2,}))/gi;
const authorized = /(\b(?:basic|bearer|token)\s{1,3})([^\s"'`,;…]{4,})/gi;
const userInfo = /(:\/\/[^\s/:@"'`]{0,100}:)([^\s@"'`…]{1,200})(?=@)/g;
const userFlag = /((?:\s-u\s{0,3}|--user[ =])["']?[^\s:"']{1,100}:)([^\s"'…]+)/g;
const entities = /(?:&#x?[0-9a-f]{1,6};){4,}/gi;
// Delimiters are those of most languages; a backslash is none, as it begins the escapes that a value may be spelled with.
const run = /[^\s"'`()<>{}[\],;=:@/…]{8,}=*/g;

/**
 * Hides in a line whatever may be a value that nobody reported: its pattern was not asked for, or it was not sure enough.
 * What was redacted (it holds `…`) is left as it is. Readable words stay, unless a name before them promises a secret.
 */
export function hideValues(line: string): string {
  return line
    .replace(entities, '…')
    .replace(userInfo, '$1…')
    .replace(userFlag, (all, before: string, _value, at: number) => (isRedacted(line, at + all.length) ? all : `${before}…`))
    .replace(assigned, hideAssigned)
    .replace(authorized, hideAssigned)
    .replace(run, (value, at: number, text: string) => {
      if (text[at + value.length] === '…' || text[at - 1] === '…' || !isRandom(value)) return value;
      // The name of a variable with a number in it.
      if (/^[A-Za-z_][\w.-]*$/.test(value) && !/\d.*\d.*\d/.test(value) && /^["']?\s?[:=]/.test(text.slice(at + value.length)))
        return value;
      return shorten(value);
    });
}

function hideAssigned(all: string, before: string, ...rest: unknown[]): string {
  const text = rest.at(-1) as string;
  const at = rest.at(-2) as number;
  const values = rest.slice(0, -2) as (string | undefined)[];
  const value = values.at(-1) ?? values.at(-2) ?? '';
  if (value.includes('…') || text[at + all.length] === '…') return all;
  return `${all.slice(0, all.length - value.length)}…`;
}

function isRedacted(line: string, end: number): boolean {
  return line[end] === '…';
}

/** Letters and digits in one: no word, no number. */
function isRandom(value: string): boolean {
  return /\d/.test(value) && /[A-Za-z]/.test(value);
}

function shorten(value: string): string {
  return value.length >= 24 ? `${value.slice(0, 4)}…` : '…';
}
