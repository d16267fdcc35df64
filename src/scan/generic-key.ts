import { identifierCharacter, isDigitCode, isLetterCode, isLowerCode, isUpperCode } from './generic-characters.ts';

/** What a key's name says about the value assigned to it. */
export interface Key {
  readonly start: number;
  readonly end: number;
  readonly kind: KeyKind;
  /** `strong` names hold nothing but credentials; a bare `token` may be a lexer's, so its value must prove more. */
  readonly strength: 'strong' | 'weak';
  /** A name such as `fakeToken` or `test_password`: the value is likely made up. */
  readonly isMock: boolean;
}

/** What a key names; `judgeValue` asks less of a password than of what a machine makes. */
export type KeyKind = 'password' | 'secret' | 'api-key' | 'token' | 'credential';

/** Longest identifier looked at, either side of the keyword. */
export const maxKeyReach = 64;

/**
 * Where the identifier around a keyword ends, or -1 if the keyword is only the start of a longer word (`tokenizer`, `passwordless`,
 * `secretary`). This is the first thing asked of every hit, so it reads a handful of characters and allocates nothing.
 */
export function keyEnd(text: string, keywordEnd: number): number {
  const limit = Math.min(text.length, keywordEnd + maxKeyReach);
  let end = keywordEnd;
  if (end < limit) {
    const last = text.charCodeAt(end - 1);
    let next = text.charCodeAt(end);
    // A plural is the same word; `Tokens[0]` and `SECRETS=`.
    if ((next === 115 || (next === 83 && isUpperCode(last))) && !isLetterCode(text.charCodeAt(end + 1)))
      next = text.charCodeAt(++end);
    else if (isLowerCode(next) && !isGluedSuffix(text, end)) return -1;
    else if (isUpperCode(next) && isUpperCode(last) && !isGluedSuffix(text, end)) return -1;
  }
  while (end < limit && identifierCharacter[text.charCodeAt(end)] === 1) end++;
  if (end === keywordEnd + maxKeyReach) return -1;
  // `token->type` and `token--`: the dashes are operators.
  while (text.charCodeAt(end - 1) === 45 && end > keywordEnd) end--;
  return end;
}

/** Words written on without a seam: `secretkey`, `secrettoken`, `tokensecret`, `tokenvalue`. */
function isGluedSuffix(text: string, at: number): boolean {
  switch (text.charCodeAt(at) | 32) {
    case 107:
      return (text.charCodeAt(at + 1) | 32) === 101 && (text.charCodeAt(at + 2) | 32) === 121;
    case 115:
      return (
        (text.charCodeAt(at + 1) | 32) === 101 && (text.charCodeAt(at + 2) | 32) === 99 && (text.charCodeAt(at + 3) | 32) === 114
      );
    case 116:
      return (
        (text.charCodeAt(at + 1) | 32) === 111 && (text.charCodeAt(at + 2) | 32) === 107 && (text.charCodeAt(at + 3) | 32) === 101
      );
    default:
      return false;
  }
}

/** Where the identifier around a keyword starts. */
export function keyStart(text: string, keywordStart: number): number {
  const limit = Math.max(0, keywordStart - maxKeyReach);
  let start = keywordStart;
  while (start > limit && identifierCharacter[text.charCodeAt(start - 1)] === 1) start--;
  while (start < keywordStart && text.charCodeAt(start) === 45) start++;
  return start;
}

/** Reads the words of a key and says what kind of credential it names; undefined when it names something about one instead. */
export function readKey(text: string, start: number, end: number, keywordStart: number, keywordEnd: number): Key | undefined {
  let kind: KeyKind | undefined;
  let hasPass = false;
  let isEncoded = false;
  let words = 0;
  let strength: Key['strength'] = 'weak';
  let isMock = false;
  for (let at = start; at < end; words++) {
    const wordStart = at;
    at = wordEnd(text, at, end);
    let trimmed = at;
    while (trimmed > wordStart && isDigitCode(text.charCodeAt(trimmed - 1))) trimmed--;
    const word = text.slice(wordStart, trimmed).toLowerCase();
    const isBefore = at <= keywordStart;
    const isBehind = wordStart >= keywordEnd;
    while (at < end && (text.charCodeAt(at) === 95 || text.charCodeAt(at) === 45)) at++;
    const wordKind = kindOf(word);
    if (wordKind) {
      kind = kind === undefined || rank[wordKind] < rank[kind] ? wordKind : kind;
      if (word.endsWith('pass')) hasPass = true;
      continue;
    }
    if (neverWords.has(word) || (isBefore && namingPrefixes.has(word)) || (isBehind && namingSuffixes.has(word)))
      return undefined;
    if (word === 'encoded') isEncoded = true;
    if (mockWords.has(word)) isMock = true;
    if (strengthening.has(word)) strength = 'strong';
  }
  kind ??= kindOf(text.slice(keywordStart, keywordEnd).toLowerCase()) ?? 'api-key';
  // What Spring and others call encoded is hashed.
  if (kind === 'password' && isEncoded) return undefined;
  if (kind === 'api-key' || kind === 'secret' || (kind === 'password' && !hasPass)) strength = 'strong';
  // GITHUB_TOKEN: a lexer's constants do not end so often in values that pass for random.
  if (kind === 'token' && words > 1 && isUpperCode(text.charCodeAt(keywordStart)) && isUpperCode(text.charCodeAt(keywordEnd - 1)))
    strength = 'strong';
  return { start, end, kind, strength, isMock };
}

/** Tells whether a word says that what it belongs to is no secret: `Next page token: …`. */
export function neverNames(word: string): boolean {
  // SQL's ENCRYPTED PASSWORD says how it is kept, not what is written.
  return word !== 'ENCRYPTED' && neverWords.has(word.toLowerCase());
}

const rank = { password: 0, secret: 1, 'api-key': 2, token: 3, credential: 4 } satisfies Record<KeyKind, number>;

function kindOf(word: string): KeyKind | undefined {
  const singular = word.endsWith('s') && !word.endsWith('ss') ? word.slice(0, -1) : word;
  if (singular.endsWith('password') || singular.endsWith('passwd') || singular.endsWith('passphrase')) return 'password';
  if (singular.endsWith('pwd') || singular.endsWith('passwort') || singular.endsWith('pass') || singular === 'securestring')
    return 'password';
  if (singular === 'masterauth' || singular === 'passcode' || singular === 'identified by') return 'password';
  if (singular.endsWith('secret') || singular === 'secretkey') return 'secret';
  if (singular.endsWith('apikey') || singular.endsWith('accesskey') || singular.endsWith('authkey')) return 'api-key';
  if (singular.endsWith('token')) return 'token';
  if (singular.endsWith('credential')) return 'credential';
  return undefined;
}

/** Where the word that starts at `start` ends: `dbPassword`, `DB_PASSWORD`, `db-password` are each db and password. */
function wordEnd(text: string, start: number, end: number): number {
  for (let i = start; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c === 95 || c === 45) {
      if (i > start) return i;
      return i + 1;
    }
    if (
      i > start &&
      isUpperCode(c) &&
      (!isUpperCode(text.charCodeAt(i - 1)) || (i + 1 < end && isLowerCode(text.charCodeAt(i + 1))))
    )
      return i;
  }
  return end;
}

/** A key with one of these, before or behind the keyword, does not hold a secret in clear. */
const neverWords = wordSet(`
  public pub hash hashed hashes digest checksum sha md sha1 sha256 md5 etag fingerprint thumbprint integrity commit revision
  encrypted crypted csrf xsrf authenticity nonce captcha page pagination continuation cursor sync design syntax lexer parser grammar regex
  regexp pattern`);

/** What stands before the keyword when the key names an action, a state or a part of a page. */
const namingPrefixes = wordSet(`
  no has have is isnt needs need want requires require required missing invalid wrong bad expected unexpected incorrect show hide
  toggle forgot forgotten change update reset remove delete clear get fetch find lookup generate create make validate verify check
  compare parse read write load ask prompt next prev previous current max min num number count total eos bos pad unk sep cls mask
  special stop start begin end first last old oldpwd lower upper sort partition resume delta watch layout theme color colour font
  spacing border quote comment string int float operator punctuation keyword identifier literal whitespace newline`);

/** What stands behind the keyword when the key names something about the secret, not the secret. */
const namingSuffixes = wordSet(`
  name names id ids identifier file files filename path paths dir directory folder url uri href link endpoint host location type
  types kind length len size count max min limit field fields label labels hint placeholder placeholders policy policies reset prompt title text message messages
  msg error errors err exception expires expiry expiration expire expired ttl lifetime age date time timestamp duration ref refs
  reference arn index idx position pos offset start end enabled disabled required optional valid invalid page form input inputs
  selector class column col header headers param parameter params arg format alg algorithm strength validator validation validate
  provider manager service store storage helper handler factory builder generator list map set array version versions rotation
  encoder encryptor policy rules rule scope scopes issuer audience owner user username email description desc doc docs comment
  button icon image view screen dialog component element props style attr attribute attributes event events callback func function
  method action actions route router request response status state mode option options config configuration settings setting schema model entity
  table query stream reader writer buffer source target key_name template templates var vars variable env placeholder property
  properties setter getter prefix suffix separator delimiter char chars bytes bits auth authentication authenticator mismatch
  change changed recovery retry attempts history tokenizer mechanism method address mgr mgrwith callable realm encryption last used updated created at contract symbol decimals balance amount
  supply price network chain mount`);

const mockWords = wordSet(
  `test tests testing mock mocked fake dummy example sample demo stub fixture spec foo bar placeholder random some unsigned`,
);

/** Makes a `token` or `credential` one that opens something. */
const strengthening = wordSet(`
  access auth oauth authentication authorization refresh api bot bearer deploy deployment personal session service secret jwt id
  login device registry github gitlab gitea bitbucket npm pypi slack discord telegram stripe heroku circleci travis sentry rollbar
  datadog vault consul admin root bearer private master client app application account webhook hook push security publish upload ci cloud cloudflare digitalocean sonar codecov snyk docker hub hf huggingface openai db database user`);

function wordSet(list: string): ReadonlySet<string> {
  return new Set(list.trim().split(/\s+/));
}
