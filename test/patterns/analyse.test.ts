import RE2 from 're2';
import { describe, expect, test } from 'vitest';
import type { PatternPart } from '../../src/model/pattern.ts';
import { type Analysis, AnalysisError, type AnalysisInput, analysePattern, suggestLiterals } from '../../src/patterns/analyse.ts';
import { generateMatch, type Random, seededRandom } from '../../src/patterns/generate.ts';
import { proveLiterals } from '../../src/patterns/literal-proof.ts';
import { parseRegex } from '../../src/patterns/regex.ts';

const boundary = { left: 'token', right: 'token' } as const;

function analyse(regex: string, literals: AnalysisInput['literals'], more: Partial<AnalysisInput> = {}): Analysis {
  return analysePattern({ regex, literals, boundary, parts: [], ...more });
}

function refusal(regex: string, literals: AnalysisInput['literals'], more: Partial<AnalysisInput> = {}): AnalysisError {
  try {
    analyse(regex, literals, more);
  } catch (error) {
    if (error instanceof AnalysisError) return error;
    throw error;
  }
  throw new Error(`${regex} was not refused`);
}

function part(more: Partial<PatternPart>): PatternPart {
  return {
    name: 'p',
    regex: '[a-z]{40}',
    within: 300,
    required: true,
    identifies: false,
    entropy: 0,
    direction: 'around',
    ...more,
  };
}

/** Whether the bytes behind the literal are what `follow` says, in a match. */
function followHolds({ bytes, count }: { readonly bytes: string; readonly count: number }, behind: Buffer): boolean {
  const bits = Buffer.from(bytes, 'hex');
  return behind.length >= count && behind.subarray(0, count).every((byte) => bits[byte >> 3]! & (1 << (byte & 7)));
}

/** Whether behind the literal stand only the bytes that `until` says, up to its delimiter. */
function untilHolds({ bytes, delimiter }: { readonly bytes: string; readonly delimiter: number }, behind: Buffer): boolean {
  const bits = Buffer.from(bytes, 'hex');
  const at = behind.indexOf(delimiter);
  return at >= 0 && behind.subarray(0, at).every((byte) => bits[byte >> 3]! & (1 << (byte & 7)));
}

describe('proving literals', () => {
  test.each([
    ['exk_[0-9A-Za-z]{32}', ['exk_'], [{ caseSensitive: true, minOffset: 0, maxOffset: 0 }]],
    ['(?i:exk_)[0-9]{3}', ['EXK_'], [{ caseSensitive: false, minOffset: 0, maxOffset: 0 }]],
    // Nothing to fold: told by case, though the group folds.
    ['(?i:_12_)[0-9]{3}', ['_12_'], [{ caseSensitive: true, minOffset: 0, maxOffset: 0 }]],
    ['[a-z_]{4}_bar', ['_bar'], [{ caseSensitive: true, minOffset: 4, maxOffset: 4 }]],
    ['.{0,3}_bar', ['_bar'], [{ caseSensitive: true, minOffset: 0, maxOffset: 12 }]],
    ['(?:foo|(?i:bar))x', ['foo', 'bar'], [{ caseSensitive: true }, { caseSensitive: false }]],
    ['gh[ps]_[0-9]{3}', ['ghp_', 'ghs_'], [{ minOffset: 0 }, { minOffset: 0 }]],
    ['(?:ab)?(?:ab)cd', ['abcd'], [{ minOffset: 0, maxOffset: 2 }]],
    ['(?:abc){2,3}', ['cab'], [{ minOffset: 2, maxOffset: 2 }]],
    ['a+bcd', ['abc'], [{ minOffset: 0, maxOffset: Number.POSITIVE_INFINITY }]],
    ['(?:x|yz)*abc', ['abc'], [{ minOffset: 0, maxOffset: Number.POSITIVE_INFINITY }]],
    ['ключ_[0-9]{3}', ['ключ'], [{ minOffset: 0, maxOffset: 0 }]],
    // Only when large classes are spelled out is the literal there in every match.
    ['[a-z]{0,3}(?:abc|[a-z]abc)', ['abc'], [{ minOffset: 0, maxOffset: 4 }]],
  ] as const)('%s holds one of %j', (regex, literals, expected) => {
    const proof = proveLiterals(parseRegex(regex), literals);
    expect(proof).toMatchObject({ proved: true, places: expected });
  });

  test.each([
    ['gh[pousr]_[0-9]{4}', ['ghp_']],
    ['(?:foo_)?[a-z]{3}', ['foo_']],
    ['(?:foo|bar)x', ['foo']],
    ['[a-c]{3}', ['abc']],
    ['(?:abc){0,2}x', ['abc']],
    ['abc|', ['abc']],
  ] as const)('%s can do without %j, and the witness is a match that does', (regex, literals) => {
    const proof = proveLiterals(parseRegex(regex), literals);
    if (proof.proved || proof.witness === undefined) throw new Error('it was proved');
    expect(new RE2(`^(?:${regex})$`, 'u').test(proof.witness)).toBe(true);
    expect(literals.some((literal) => proof.witness!.includes(literal))).toBe(false);
  });

  test('holds on random regexes, for literals, offsets and what follows', () => {
    let proved = 0;
    let unproved = 0;
    let delimited = 0;
    for (let seed = 0; seed < 600; seed++) {
      const random = seededRandom(`regex ${seed}`);
      const regex = randomRegex(random, 3);
      const expression = parseRegex(regex);
      const whole = new RE2(`^(?:${regex})$`, 'u');
      const sample = generateMatch(expression, random).text;
      if (sample.length < 3) continue;
      const start = Math.floor(random() * (sample.length - 2));
      const literal = sample.slice(start, start + 3);
      const proof = proveLiterals(expression, [literal]);
      if (!proof.proved) {
        unproved++;
        const witness = proof.witness!;
        expect(whole.test(witness), `${regex} ${witness}`).toBe(true);
        expect(witness.toLowerCase(), regex).not.toContain(literal.toLowerCase());
        continue;
      }
      proved++;
      const [place] = proof.places;
      if (!place) throw new Error(`${regex}: a single literal has a place`);
      for (let draw = 0; draw < 20; draw++) {
        const generated = generateMatch(expression, random).text;
        const recased = [...generated].map((char) => (random() < 0.3 ? char.toUpperCase() : char)).join('');
        const text = whole.test(recased) ? recased : generated;
        const fold = (value: string) => (place.caseSensitive ? value : value.toLowerCase());
        const hits = Array.from(text, (_, at) => at).filter((at) => fold(text.slice(at, at + 3)) === fold(literal));
        const fits = hits.filter((at) => at >= place.minOffset && at <= place.maxOffset);
        const follows = fits.filter((at) => !place.follow || followHolds(place.follow, Buffer.from(text.slice(at + 3))));
        const untils = follows.filter((at) => !place.until || untilHolds(place.until, Buffer.from(text.slice(at + 3))));
        if (place.until) delimited++;
        expect(untils.length, `${regex} ${literal} ${text} ${JSON.stringify(place)}`).toBeGreaterThan(0);
      }
    }
    expect(proved).toBeGreaterThan(50);
    expect(unproved).toBeGreaterThan(50);
    expect(delimited).toBeGreaterThan(50);
  });

  test('tells the byte that every match holds behind a literal, and what may stand before it', () => {
    const of = (regex: string) => {
      const proof = proveLiterals(parseRegex(regex), ['https://']);
      return proof.proved ? proof.places[0]?.until : undefined;
    };
    const letters = of('https://[a-z]{1,64}:[a-z:]{6,10}@[a-z]{3}');
    expect(letters?.delimiter).toBe(':'.charCodeAt(0));
    expect(untilHolds(letters!, Buffer.from('user:'))).toBe(true);
    for (const behind of ['user', 'us.er:', 'user/a:']) expect(untilHolds(letters!, Buffer.from(behind))).toBe(false);
    expect(of('https://[a-z]{1,64}(?::[a-z]{6})?')).toBeUndefined();
    expect(of('https://[a-z]{1,64}')).toBeUndefined();
  });

  test('a regex that blows up is given up on, not followed', () => {
    const regex = `${'(?:a?b?c?d?){9}'.repeat(100)}xyz`;
    const proof = proveLiterals(parseRegex(`(?:${regex}){20}`), ['abcdabcdabcdabcdabcdabcdabcdabcdxyz']);
    expect(proof.proved).toBe(false);
  });
});

function randomRegex(random: Random, depth: number): string {
  const choose = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)]!;
  const atom = () => choose(['a', 'b', 'c', 'ab', 'abc', '[ab]', '[a-z]', '_', '(?i:b)', '(?i:abc)', 'c_b', '[0-9]']);
  if (depth === 0) return atom();
  const inner = () => randomRegex(random, depth - 1);
  switch (Math.floor(random() * 6)) {
    case 0:
      return `(?:${inner()}|${inner()})`;
    case 1:
      return `(?:${inner()})${choose(['?', '{2}', '{1,3}', '{0,2}', '+', '*'])}`;
    case 2:
      return atom() + inner();
    default:
      return inner() + inner();
  }
}

describe('lengths and reach', () => {
  test('counts from the literal to the ends of the match, and the line beyond', () => {
    expect(analyse('exk_[0-9A-Za-z]{32}', ['exk_'])).toMatchObject({
      minLength: 36,
      maxLength: 36,
      reach: { before: 256, after: 292 },
    });
    expect(analyse('[0-9]{10}_exk_[0-9]{5}', ['_exk_'])).toMatchObject({ reach: { before: 266, after: 266 } });
  });

  test('a part that lies further than the line counts in its direction', () => {
    const reach = (direction: PatternPart['direction']) =>
      analyse('exk_[0-9]{32}', ['exk_'], { parts: [part({ direction })] }).reach;
    expect(reach('around')).toEqual({ before: 344, after: 380 });
    expect(reach('after')).toEqual({ before: 256, after: 380 });
    expect(reach('before')).toEqual({ before: 344, after: 292 });
  });

  test('a part without a longest length lies within its distance all the same', () => {
    expect(analyse('exk_[0-9]{32}', ['exk_'], { parts: [part({ regex: '[a-z]+' })] }).reach.before).toBe(604);
  });

  test('an unbounded regex needs maxLength, which caps it', () => {
    const regex = '-----BEGIN KEY-----[\\s\\S]*?-----END KEY-----';
    expect(refusal(regex, ['-----BEGIN KEY']).message).toContain('repeated without end');
    expect(analyse(regex, ['-----BEGIN KEY'], { maxLength: 20_000 })).toMatchObject({
      maxLength: 20_000,
      reach: { after: 20_256 },
    });
  });

  test('maxLength also caps where the literal can stand', () => {
    expect(analyse('[a-z]*_abc', ['_abc'], { maxLength: 100 }).literals).toMatchObject([{ minOffset: 0, maxOffset: 96 }]);
  });

  test('an unbounded repetition of nothing is no length', () => {
    expect(analyse('abc(?:)*', ['abc']).maxLength).toBe(3);
  });

  test.each([
    ['[0-9a-f]{32}', [], {}, 'literals', 'literals: none'],
    ['exk_[0-9]{5}', [], {}, 'literals', '["exk_"]'],
    ['exk_[0-9]{5}', ['ex'], {}, 'literals', 'shorter than three bytes'],
    ['exk_[0-9]{5}', ['abc'], {}, 'literals', 'holds none of the literals "abc"'],
    ['exk_[0-9]{5}', ['exk_', 'xk_'], {}, 'literals', '"xk_" that the others do not find'],
    ['(?:exk_)?', ['exk_'], {}, 'regex', 'matches the empty string'],
    ['exk_[0-9]{5}', ['exk_'], { maxLength: 3 }, 'maxLength', 'no match is shorter than 9 bytes'],
    ['exk_.{1000}(?:.{999}){5}', ['exk_'], {}, 'regex', 'more than 16384'],
  ] as const)('refuses %s with %j: %j', (regex, literals, more, field, message) => {
    const error = refusal(regex, literals, more);
    expect(error.field).toBe(field);
    expect(error.message).toContain(message);
  });

  test('literals: none measures from the match itself', () => {
    expect(analyse('[0-9a-f]{32}', 'none')).toMatchObject({ literals: [], reach: { before: 256, after: 288 } });
  });

  test("another tool's keywords are taken on trust, anywhere within the longest match", () => {
    expect(analyse('[0-9a-f]{32}', ['acme'], { trustsLiterals: true }).literals).toEqual([
      { text: 'acme', caseSensitive: false, minOffset: 0, maxOffset: 32 },
    ]);
    expect(analyse('acme_[0-9a-f]{32}', ['acme'], { trustsLiterals: true }).literals).toMatchObject([
      { caseSensitive: true, maxOffset: 0 },
    ]);
  });
});

describe('suggesting literals', () => {
  test.each([
    ['exk_[0-9]{32}', ['exk_']],
    ['gh[ps]_[0-9]{36}', ['ghp_', 'ghs_']],
    ['(?i:API_KEY)=[0-9]{3}', ['api_key=']],
    ['(?:foo|barbaz)[0-9]{3}', ['foo', 'barbaz']],
    ['[0-9a-f]{32}', []],
    ['ab[0-9]{32}', []],
    ['(?:longest_of_all)?x{3}', ['longest_of_allxxx', 'xxx']],
    ['abc[0-9]{9,20}xyz_def', ['xyz_def']],
  ] as const)('%s: %j', (regex, expected) => {
    expect([...suggestLiterals(regex)].sort()).toEqual([...expected].sort());
  });

  test('what is suggested is always proved', () => {
    let suggested = 0;
    for (let seed = 0; seed < 400; seed++) {
      const regex = randomRegex(seededRandom(`suggest ${seed}`), 3);
      const literals = suggestLiterals(regex);
      if (literals.length === 0) continue;
      suggested++;
      expect(proveLiterals(parseRegex(regex), literals).proved, `${regex} ${literals}`).toBe(true);
    }
    expect(suggested).toBeGreaterThan(50);
  });
});
