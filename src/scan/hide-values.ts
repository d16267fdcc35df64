/** A name that promises a secret, then what assigns or passes it, then the value: quoted ones may hold spaces. */
const assigned =
  /(?:pass|pwd|\bpw|secret|token|key|auth(?!or)|cred|bearer|login)[\w.-]{0,30}["'`\])]{0,3}\s{0,3}(?:[:=]=?>?|,)\s{0,3}(?:["'`](?<quoted>[^"'`]{2,})|(?<bare>[^\s"'`,;&<>]{2,}))/gi;
const authorized = /\b(?:basic|bearer)\s{1,3}(?<bare>[^\s"'`,;]{4,})/gi;
const userInfo = /:\/\/[^\s/:@"'`]{0,100}:(?<bare>[^\s@"'`]{1,200})(?=@)/g;
const userFlag = /(?:\s-u\s{0,3}|--user[ =])["']?[^\s:"']{1,100}:(?<bare>[^\s"']+)/g;
const entities = /(?<bare>(?:&#x?[0-9a-f]{1,6};){4,})/gi;
/** What no delimiter cuts. A backslash is none: escapes begin with it, and a value may be spelled with them. */
const run = /(?<bare>[^\s"'`()<>{}[\],;=:@/…]{8,}=*)/g;

/**
 * Hides in a line what may be a value that nobody reported, because its pattern was not asked for or was not sure enough.
 * What was redacted (`…` stands in it or behind it) stays as it is, and so do plain words that no name calls a secret.
 */
export function hideValues(line: string): string {
  const hidden = [entities, userInfo, userFlag, assigned, authorized].reduce((text, form) => replaceValues(text, form), line);
  return replaceValues(hidden, run, (value, after) => /\d/.test(value) && /[A-Za-z]/.test(value) && !isName(value, after));
}

function replaceValues(line: string, form: RegExp, isValue: (value: string, after: string) => boolean = () => true): string {
  return line.replace(form, (all: string, ...rest) => {
    const { quoted, bare } = rest.at(-1) as { readonly quoted?: string; readonly bare?: string };
    const value = quoted ?? bare ?? '';
    const end = (rest.at(-3) as number) + all.length;
    const isRedacted = value.includes('…') || line[end] === '…';
    if (isRedacted || !isValue(value, line.slice(end, end + 3))) return all;
    return `${all.slice(0, all.length - value.length)}${value.length >= 24 ? value.slice(0, 4) : ''}…`;
  });
}

/** The name of something with a number or two in it, which a value follows. */
function isName(run: string, after: string): boolean {
  return /^[A-Za-z_][\w.-]*$/.test(run) && !/\d.*\d.*\d/.test(run) && /^["']?\s?[:=]/.test(after);
}
