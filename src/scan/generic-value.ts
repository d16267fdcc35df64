import type { KeyKind } from './generic-key.ts';
import { alphabetOf, distinctCharacters, isUuid, regularity, surprise, wordShare } from './rarity.ts';

/** What is known of a value besides its characters. */
export interface ValueContext {
  readonly kind: KeyKind;
  readonly strength: 'strong' | 'weak';
  /**
   * `quoted`: a literal or the text of an element. `line`: bare, and all that its line holds after the key (`KEY=value`, `key: value`).
   * `argument`: a literal behind a quoted key and a comma, which may as well be the next of a list of names.
   * `bare`: anything else without quotes; in code that is nearly always an expression.
   */
  readonly form: 'quoted' | 'line' | 'argument' | 'bare';
  readonly isMock: boolean;
}

/**
 * How sure we are that `value`, assigned to a key of that kind, is a secret: 0 (it is not) to 1.
 *
 * At 0.5 and above are: values that a machine drew (base62 and the like from 16 characters, hex from 20 digits), passwords a person
 * made of several kinds of characters, and a word with digits under a name that can only be a password. UUIDs are real API keys often
 * enough under a strong name (0.55), and mostly record ids under a weak one (0.4). A plain word, a test value, an id, a path, a template or
 * prose stays below.
 */
export function judgeValue(value: string, context: ValueContext): number {
  if (value.length < 6 || value.length > 256 || isPlain(value, context) || isSomethingElse(value, context)) return 0;
  let confidence = judgeRandom(value, context);
  if (context.kind === 'password' && confidence < 0.5) {
    const human = judgeHuman(value, context);
    confidence = Math.max(confidence, context.strength === 'weak' ? human - 0.1 : human);
  }
  if (confidence <= 0) return 0;
  if (distinctCharacters(value) < Math.min(5, value.length * 0.6)) return 0;
  // Below that it is turned down by default in any case.
  const regular = confidence > 0.3 ? regularity(value) : 0;
  if (regular >= 0.6) return 0;
  if (regular >= 0.35) confidence -= 0.2;
  if (context.isMock || mockIn(value)) confidence -= 0.3;
  return round(Math.max(0, confidence));
}

/**
 * What most values are, told in one pass: words without a digit or anything else that words do not hold, too short to be random letters;
 * and text, for a space makes a value prose, and a byte beyond ASCII a translation.
 */
function isPlain(value: string, context: ValueContext): boolean {
  let others = 0;
  let capitals = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c <= 32 || c >= 127) return true;
    if (c >= 97 && c <= 122) continue;
    if (c >= 65 && c <= 90) capitals++;
    else if (c !== 95 && c !== 45 && c !== 46 && c !== 47 && c !== 58) others++;
  }
  if (others > 0) return false;
  return context.kind === 'password' ? capitals === 0 && value.length < 20 : value.length < 20;
}

/** How sure we are that a value was drawn at random, by its alphabet: a machine-made key. */
function judgeRandom(value: string, context: ValueContext): number {
  const length = value.length;
  const isStrong = context.strength === 'strong';
  if (isUuid(value)) return context.form === 'bare' ? 0.3 : isStrong && context.kind !== 'token' ? 0.55 : 0.4;
  const alphabet = alphabetOf(value);
  if (alphabet === 'digits') return 0;
  if (alphabet === 'hex') return judgeHex(value, context);
  // 0x and 40 digits is an account's address; with 64 it may be its key.
  if (/^0x[0-9a-f]+$/i.test(value)) return value.length === 42 ? 0 : judgeHex(value.slice(2), context);
  const decoded = judgeEncoded(value, alphabet, context);
  if (decoded !== undefined) return decoded;
  const share = wordShare(value);
  if (share > 0.6) return judgeSegments(value, context);
  const bits = surprise(value);
  if (alphabet === 'printable' && context.kind !== 'password') {
    if (looksLikeCode(value)) return 0;
    return bits >= 5 && length >= 16 ? (isStrong ? 0.65 : 0.5) : judgeSegments(value, context);
  }
  if (alphabet === 'letters') {
    // No digit in 24 random base62 characters is one in eighty; a name from another language is likelier.
    if (length < 20 || bits < 5.4 || share > 0.35) return 0;
    return hasBothCases(value) ? (isStrong ? 0.65 : 0.5) : length >= 24 && isStrong ? 0.55 : 0.35;
  }
  if (alphabet === 'printable' && context.form !== 'quoted' && looksLikeCode(value)) return 0;
  if (length >= 16) {
    if (bits >= 5 && share <= 0.45) return isStrong ? (length >= 20 ? 0.85 : 0.75) : length >= 20 ? 0.65 : 0.5;
    if (bits >= 4.7 && share <= 0.3) return isStrong ? 0.55 : 0.4;
    return judgeSegments(value, context);
  }
  if (length >= 10 && bits >= 5.1 && share <= 0.3) return isStrong && context.form !== 'bare' ? 0.6 : 0.4;
  return 0;
}

function judgeHex(digits: string, context: ValueContext): number {
  const length = digits.length;
  if (length < 16 || distinctCharacters(digits) < 7) return 0;
  const isStrong = context.strength === 'strong';
  // Two literals in a call are as likely a password and the hash it must have.
  if (context.form === 'argument' && context.kind === 'password') return 0.4;
  if (length < 20) return isStrong && context.kind !== 'password' ? 0.45 : 0.4;
  return isStrong ? (length >= 32 ? 0.7 : 0.6) : length >= 32 ? 0.5 : 0.4;
}

/** A name in front (`prod_live_…`, `team-…`): what follows the last seam is judged alone. */
function judgeSegments(value: string, context: ValueContext): number {
  let longest = '';
  for (const segment of value.split(/[-_.:|]/)) if (segment.length > longest.length) longest = segment;
  if (longest.length < 16 || longest.length === value.length) return 0;
  if (surprise(longest) < 5 && alphabetOf(longest) !== 'hex') return 0;
  return Math.max(0, judgeRandom(longest, context) - 0.05);
}

/** Base64 that decodes to text is no random value: the text is judged. Undefined when it decodes to bytes. */
function judgeEncoded(value: string, alphabet: string, context: ValueContext): number | undefined {
  if (value.length % 4 !== 0 || value.length < 8 || (alphabet === 'printable' && !value.endsWith('='))) return undefined;
  if (alphabet === 'base64url') return undefined;
  const bytes = Buffer.from(value, 'base64');
  let end = bytes.length;
  if (end > 0 && bytes[end - 1] === 10) end--;
  if (end < 5) return undefined;
  for (let i = 0; i < end; i++) {
    const byte = bytes[i]!;
    if (byte < 32 || byte > 126) return undefined;
  }
  const text = bytes.toString('latin1', 0, end);
  // Eight characters decode to printable text by chance one time in a few hundred; a word among them settles it.
  if (value.length < 12 && wordShare(text) < 0.5) return undefined;
  if (text.startsWith('-----BEGIN')) return text.includes('PRIVATE') ? 0.8 : 0;
  return judgeValue(text, context);
}

/** How sure we are that a person chose this value as a password. */
function judgeHuman(value: string, context: ValueContext): number {
  const length = value.length;
  if (context.form === 'bare' || length > 40) return 0;
  let lower = 0;
  let upper = 0;
  let digit = 0;
  let symbol = 0;
  for (let i = 0; i < length; i++) {
    const c = value.charCodeAt(i);
    if (c >= 97 && c <= 122) lower++;
    else if (c >= 65 && c <= 90) upper++;
    else if (c >= 48 && c <= 57) digit++;
    else symbol++;
  }
  if (lower + upper === 0) return 0.3;
  const kinds = Number(lower > 0) + Number(upper > 0) + Number(digit > 0) + Number(symbol > 0);
  if (isStockPassword(value)) return 0.3;
  const bits = surprise(value);
  if (digit === 0) {
    // Only letters and seams: words (`correct-horse`), or a name in code.
    if (symbol === 0 || onlySeams(value)) return wordShare(value) > 0.5 || bits < 4.6 || length < 8 ? 0.25 : 0.4;
    if (looksLikeCode(value)) return 0.2;
    return kinds >= 3 && length >= 8 ? 0.55 : 0.4;
  }
  if (looksLikeCode(value)) return 0.2;
  if (kinds >= 3 && symbol > 0 && !onlySeams(value) && length >= 8) return context.form === 'quoted' ? 0.7 : 0.65;
  if (looksLikeName(value)) return 0.3;
  if (kinds >= 3 && length >= 8) return bits >= 4 ? 0.6 : 0.5;
  if (context.form === 'argument' || (context.form === 'line' && bits < 4.2)) return 0.4;
  return length >= 7 && kinds >= 2 ? 0.5 : 0.4;
}

/** Words people put where a secret will go, or where none is wanted. Tried on the value in lower case. */
const placeholderParts =
  /example|sample|change.?(?:me|this|it)|placeholder|your|insert|replace|dummy|redacted|todo|fixme|fake|foobar|lorem|xxxx|\*\*\*|\.\.\.|not.?(?:a.?)?real|(?:super|top|my|our|very|shared|some|this.?is.?a?).?secret|(?:my|our|some|the|user|admin|default|root|db|new|old).?pass|secret.?(?:key|token|value|pass|word)|keyboard.?cat|removed|masked|hidden|enter.?|goes.?here|undefined|fill.?in|default|invalid|incorrect|wrong|nonexist|whatever|anything|blah|abc.?123|123.?abc|1234567|deadbeef|cafebabe|feedface|0000000|passw0rd|p@ssw0rd|pa55w|p4ssw|passphrase|password|passwd/;

const placeholderWhole =
  /^(?:null|nil|none|true|false|yes|no|empty|blank|unset|unknown|n\/a|secret\d*|token\d*|pass\d*|pwd\d*|test\w*|user\d*|admin\d*|root\d*|guest\d*|foo\w*|bar\w*|baz\w*|qwerty\w*|letmein\d*|welcome\d*|hello\w*|abc\w{0,5}|string\d*)$/;

function isSomethingElse(value: string, context: ValueContext): boolean {
  const first = value.charCodeAt(0);
  const isQuoted = context.form === 'quoted';
  if (isTemplate(value, first) || isPathOrUrl(value, first) || isEncryptedOrPublic(value, context)) return true;
  if (isRegexOrRule(value)) return true;
  if (placeholderParts.test(value.toLowerCase()) && !outweighs(value, context)) return true;
  if (placeholderWhole.test(value.toLowerCase())) return true;
  // What stands between two pieces of a concatenation, or is half of one.
  const last = value.charCodeAt(value.length - 1);
  if (first === 43 || (first === 44 && isQuoted) || first === 41 || first === 59) return true;
  if (last === 40 || last === 58 || last === 44 || (last === 61 && value.length < 12 && context.kind !== 'password')) return true;
  return /^\d{1,4}[-/.:]\d{1,2}[-/.:]\d{1,4}(?:\b|T)|^v?\d+\.\d+(?:\.\d+)?(?:[-+.][\w.]{0,16})?$|^\+?[\d\s().-]+$|^#[0-9a-f]{3,8}$|^\d+(?:px|em|rem|ms|s|m|h|d|%|kb|mb|gb)$/i.test(
    value,
  );
}

/** A long random value may hold the word by its issuer's design (`sk_test_…`); a shorter one with it is made up. */
function outweighs(value: string, context: ValueContext): boolean {
  return (
    context.kind !== 'password' &&
    value.length >= 32 &&
    !/example|x{4}|\*{3}|\.{3}|dummy|fake|redact|your|change|placeholder|1234567|deadbeef/i.test(value) &&
    wordShare(value) < 0.3
  );
}

function isTemplate(value: string, first: number): boolean {
  const second = value.charCodeAt(1);
  const last = value.charCodeAt(value.length - 1);
  // $VAR, ${…}, $(…), but not the passwords that only hold a dollar; crypt's $2b$ is caught with the hashes.
  if (first === 36 && (second === 123 || second === 40 || /^\$[A-Za-z_][\w.:>-]*$/.test(value))) return true;
  // <…>, [...], {…}, %VAR%, __VAR__, @VAR@
  if (first === 60 || (first === 91 && last === 93) || (first === 123 && last === 125) || (first === 37 && last === 37))
    return true;
  if ((first === 95 && second === 95 && last === 95) || (first === 64 && last === 64)) return true;
  if (first === 33 && /^!(?:Ref|Sub|GetAtt|ImportValue|Join|secret|vault|env|reference|encrypted)\b/i.test(value)) return true;
  if (/\$\{|\$\(|\$\[|\{\{|\}\}|#\{|<%|%>|\{%|%\(|@\{|<\?|\[\[/.test(value)) return true;
  return /%[-+0 ]?\d{0,3}(?:\.\d+)?[sdivxqr@](?![A-Za-z0-9])|\{[A-Za-z_]?[\w.]{0,30}(?::[^}]{0,8})?\}|^(?:process\.env|os\.environ|os\.getenv|getenv|env|ENV|System\.|var\.|local\.|data\.|module\.|secrets?\.|vars\.|config\.|self\.|this\.|settings\.|params\.|req\.|ctx\.|args\.|options\.|opts\.|props\.|state\.)[.\w([-]/.test(
    value,
  );
}

function isPathOrUrl(value: string, first: number): boolean {
  if (value.includes('://') || value.startsWith('//')) return true;
  const second = value.charCodeAt(1);
  if (first === 46 || first === 126) return second === 47 || second === 46 || wordShare(value) > 0.5;
  if (second === 58 && (value.charCodeAt(2) === 92 || value.charCodeAt(2) === 47)) return true;
  if (first === 47) return value.length < 24 || surprise(value) < 5;
  if (
    /^(?:arn|urn|op|vault|ssm|kms|env|file|secret|sm|ref|data|gcp|aws|azure|akv|keyring|cmd|exec|npm|git|sha\d+|md5|projects?|v\d)[:+/]/i.test(
      value,
    )
  )
    return true;
  if (
    /\.(?:pem|key|crt|cer|p12|pfx|jks|txt|json|ya?ml|xml|conf|cfg|ini|env|properties|toml|js|ts|jsx|tsx|mjs|py|rb|go|rs|java|kt|php|cs?|h|cpp|sh|sql|html?|css|md|log|gpg|asc|pub|csv|png|jpe?g|gif|svg|lock|db|com|org|net|io|dev|local|internal)$/i.test(
      value,
    )
  )
    return true;
  if (/^[\w.+-]+@[\w-]+\.[\w.-]+$/.test(value)) return true;
  return value.includes('/') && /[\w-]+(?:\/[\w.-]+){2,}/.test(value) && wordShare(value) > 0.6;
}

/** A regular expression, or a validator's rules (`required|min:8`). */
function isRegexOrRule(value: string): boolean {
  return /\(\?[=!:<]|\[\^?[a-zA-Z0-9]-[a-zA-Z0-9]|\{\d+,\d*\}|\\[dwsb][+*{]|^[a-z_]+\|[a-z_]+(?:[|:]|$)/.test(value);
}

/** Ciphertext, one-way hashes, public keys and certificates, integrity values: not secrets in clear. */
function isEncryptedOrPublic(value: string, context: ValueContext): boolean {
  if (
    /^(?:\$2[abxy]?\$|\$argon2|\$[156y]\$|\$pbkdf2|\$scrypt|\$P\$|\$H\$|\$ANSIBLE_VAULT|\{S?SHA|\{S?MD5|\{[A-Za-z][\w@.-]{1,40}\}|pbkdf2[_:$]|bcrypt[_:$]|argon2|scrypt:|sha(?:1|224|256|384|512)[-:$]|md5[:$]|\*[0-9A-F]{40}$|scram-sha|SCRAM-SHA|ENC\[|ENC\(|DEC::|vault:v\d|AQICAH|gAAAAA|enc:|encrypted:|secure:|sops:|age1|-----BEGIN (?:CERT|PUBLIC|RSA PUBLIC|SSH2 PUBLIC|PGP (?:PUBLIC|MESSAGE|SIGNATURE))|ssh-|ecdsa-sha2|AAAA[BCE]3Nza|AAAAE2Vj|SHA256:|MD5:|iVBORw0|R0lGOD|\/9j\/|UklGR|PHN2Zy|d09GM|AAABAA|JVBERi0|UEsDB|H4sI)/.test(
      value,
    )
  )
    return true;
  // DER in base64: a certificate or a public key, unless the name says private.
  if (/^MI[ICGH]/.test(value) && value.length >= 40) return context.kind !== 'api-key' && context.kind !== 'secret';
  // The token printed in every introduction to JWT.
  return value.includes('eyJzdWIiOiIxMjM0NTY3ODkw');
}

/** What test suites and tutorials build passwords of. */
const stockWords: ReadonlySet<string> = new Set(
  `pass passwd password pwd secret test testing user admin root guest foo bar baz demo abc hello qwerty qwer asdf welcome letmein login
  master default temp sample example key token string value valid invalid strong weak secure safe good bad new old my the your initial
  change foobar name username postgres mysql redis mongo rabbit oracle alice bob john jane joe me it word pw super top a b c p s t u x
  some one two correct wrong access world app dev prod local db database server client service system account auth random real private`
    .trim()
    .split(/\s+/),
);

/** Passwords of test suites and tutorials: every run of letters is made of stock words (`Secret123!`, `admin_pass1`). */
function isStockPassword(value: string): boolean {
  if (value.length > 32) return false;
  return unleet(value)
    .toLowerCase()
    .split(/[^a-z]+/)
    .every(isMadeOfStockWords);
}

function isMadeOfStockWords(run: string): boolean {
  const reachable = new Uint8Array(run.length + 1);
  reachable[0] = 1;
  for (let end = 1; end <= run.length; end++)
    for (let start = Math.max(0, end - 8); start < end; start++)
      if (reachable[start] === 1 && stockWords.has(run.slice(start, end))) {
        reachable[end] = 1;
        break;
      }
  return reachable[run.length] === 1;
}

function unleet(value: string): string {
  return value
    .replace(/(?<=[A-Za-z])[0@](?=[A-Za-z])/g, (c) => (c === '0' ? 'o' : 'a'))
    .replace(/(?<=[A-Za-z])[3$](?=[A-Za-z$])/g, (c) => (c === '3' ? 'e' : 's'));
}

/** Brackets, arrows and calls: an expression or a regular expression rather than a value. */
function looksLikeCode(value: string): boolean {
  return (
    /[\w$]\(|\)[.;,]|=>|->|::|\[\w*\]|^\^|\\[dwsbSDWnrtux]|\.\*|\.\+|\(\?|&&|\|\||===?|!==?|\+=|;[a-z]+|^[\w.]+=|<\/|\/>|^[).,;+*/]|"\+|\+"|'\+|\+'/.test(
      value,
    ) || /^[a-zA-Z_$][\w$]*(?:\.[a-zA-Z_$][\w$]*)+$/.test(value)
  );
}

/** `user_2`, `node1.internal`, `step-3`: words and a number, joined as names are. */
function looksLikeName(value: string): boolean {
  if (/^(?:[A-Z]+\d*[a-z]*|[a-z]+\d?)(?:[A-Z][a-z]{2,}){1,}$/.test(value) || /^[a-z]+\d[a-z]*(?:_[a-z]+)+$/.test(value))
    return true;
  return /^[A-Za-z]+(?:[-_.:/][A-Za-z]*\d{0,3})+$/.test(value) && wordShare(value) > 0.5;
}

function onlySeams(value: string): boolean {
  return /^[A-Za-z0-9]+(?:[-_.:/\s]+[A-Za-z0-9]*)*$/.test(value);
}

function hasBothCases(value: string): boolean {
  return value !== value.toLowerCase() && value !== value.toUpperCase();
}

function mockIn(value: string): boolean {
  return /test|mock|demo/i.test(value) && value.length < 64;
}

function round(confidence: number): number {
  return Math.round(confidence * 100) / 100;
}
