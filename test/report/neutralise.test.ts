import { describe, expect, it } from 'vitest';
import { characterWidth, displayWidth } from '../../src/report/display-width.ts';
import { neutralise } from '../../src/report/neutralise.ts';

describe('neutralise', () => {
  it.each([
    ['plain text', 'plain text'],
    ['ünïcödé 日本 🎉', 'ünïcödé 日本 🎉'],
    ['\x1b[31mred\x1b[0m', '\\x1b[31mred\\x1b[0m'],
    ['\x1b]8;;http://evil\x07', '\\x1b]8;;http://evil\\x07'],
    ['\x9b31m', '\\x9b31m'],
    ['a\r\nb', 'a\\r\\nb'],
    ['a\tb', 'a b'],
    ['nul\x00del\x7f', 'nul\\x00del\\x7f'],
    ['\u202eevil\u202c \u2066x\u2069', '\\u{202e}evil\\u{202c} \\u{2066}x\\u{2069}'],
    ['zero\u200bwidth\u200d\ufeff\u00ad', 'zero\\u{200b}width\\u{200d}\\u{feff}\\xad'],
    ['line\u2028paragraph\u2029', 'line\\u{2028}paragraph\\u{2029}'],
    ['tag\u{e0041}', 'tag\\u{e0041}'],
    ['lone\ud800surrogate\udc00', 'lone\\u{d800}surrogate\\u{dc00}'],
    ['hangul\u3164filler', 'hangul\\u{3164}filler'],
    ['\ufffe\uffff', '\\u{fffe}\\u{ffff}'],
    [`z${'\u0301'.repeat(50)}y`, `z${'\u0301'.repeat(4)}…y`],
  ])('turns %j into %j', (text, expected) => {
    expect(neutralise(text)).toBe(expected);
  });

  it('leaves nothing that is not printable, whatever the code point', () => {
    for (let code = 0; code <= 0x10ffff; code++) {
      const safe = neutralise(`x${String.fromCodePoint(code)}x`);
      if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u.test(safe)) {
        expect.fail(`U+${code.toString(16)} comes through`);
      }
    }
  });

  it('gives the same when done twice', () => {
    const once = neutralise('\x1b[31m\u202e\u0301\ud800 a\tb');
    expect(neutralise(once)).toBe(once);
  });

  it('cuts to a width in columns, with an ellipsis only when it cut', () => {
    expect(neutralise('abcdef', 6)).toBe('abcdef');
    expect(neutralise('abcdefg', 6)).toBe('abcde…');
    expect(neutralise('日本語日本語', 5)).toBe('日本…');
    expect(neutralise('日本語', 6)).toBe('日本語');
    for (const width of [1, 2, 3, 7, 10]) {
      expect(displayWidth(neutralise('a日\x1bé\u0301日bc\u202ed', width))).toBeLessThanOrEqual(width);
    }
  });

  it('looks at no more of a huge line than it shows', () => {
    // All of it neutralised would be longer than a string can be.
    expect(neutralise('\x1b'.repeat(150_000_000), 10)).toBe('\\x1b\\x1b\\…');
  });
});

describe('characterWidth', () => {
  it.each([
    ['a', 1],
    ['é', 1],
    ['\u0301', 0],
    ['日', 2],
    ['🎉', 2],
    ['…', 1],
    ['─', 1],
  ] as const)('of %j is %i', (character, width) => {
    expect(characterWidth(character)).toBe(width);
  });
});
