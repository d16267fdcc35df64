import { expect, test } from 'vitest';
import { base64Lines, quotedPrintable } from '../../../fixtures/chat/mail.ts';
import { slackExport, slackJson, slackMessage } from '../../../fixtures/chat/slack.ts';
import { forSeeds, type Random } from '../../../fixtures/random.ts';
import { endInSlice, startInSlice, type View } from '../../../src/model/view.ts';
import { createDecodedText, takeJsonString, takeRaw } from '../../../src/sources/chat/decoded-text.ts';
import { slack } from '../../../src/sources/chat/slack.ts';
import { takeBase64, takeQuotedPrintable } from '../../../src/sources/chat/transfer-encoding.ts';
import { type Markup, undoMarkup } from '../../../src/sources/chat/undo-markup.ts';
import { exportOf } from './documents.ts';
import { viewsOf } from './scan.ts';

const scraps = [
  'word',
  ' ',
  '\n',
  '"',
  '\\',
  '/',
  'é',
  '😀',
  '“quoted”',
  '–',
  '—',
  '\u200b',
  '\u00a0',
  '&amp;',
  '&lt;',
  '&gt;',
  '&#39;',
  '&nbsp;',
  '&',
  '&x',
  '<',
  '>',
  '<b>',
  '</p>',
  '<br/>',
  '<a href="https://example.com/?a=1&amp;b=2">',
  '<https://example.com/a?b=c>',
  '<https://example.com|here>',
  '<mailto:a@example.com|a@example.com>',
  '<@U012AB3CD>',
  '<!here>',
  '=',
  '==',
  'AKIA',
  '|',
  '`',
  '```',
  '\t',
  '\u0001',
  '\ud800',
];

function randomText(random: Random): string {
  return Array.from({ length: random.int(30) }, () => random.pick(scraps)).join('');
}

/** Each byte of a view is what it says it was copied from, or stands where something was encoded, and what is between is in order. */
function expectMapped(view: View): void {
  const { runs, bytes, slice } = view;
  for (let run = 0; run < runs.count; run++) {
    const end = run + 1 < runs.count ? runs.at[run + 1] : bytes.length;
    const length = end - runs.at[run];
    expect(length).toBeGreaterThan(0);
    expect(runs.from[run] + runs.size[run]).toBeLessThanOrEqual(slice.bytes.length);
    if (runs.size[run] !== length) continue;
    const given = Buffer.from(bytes.subarray(runs.at[run], end)).toString('latin1');
    const written = Buffer.from(slice.bytes.subarray(runs.from[run], runs.from[run] + length)).toString('latin1');
    // As long and yet another: an escape for a character as long, or the marks of a link, of which spaces are left.
    const differs = [...given].filter(
      (character, at) => character !== written[at] && !(character === ' ' && /[|>]/.test(written[at])),
    );
    if (differs.length > 0) expect(written).toMatch(/^(?:\\[^u]|[^\x20-\x7e])/);
  }
}

test('every byte of a view stands where it says', async () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => seed);
  for (const seed of seeds) {
    let files: Record<string, string> = {};
    forSeeds(seed, 1, (random) => {
      const messages = Array.from({ length: 1 + random.int(4) }, (_, index) =>
        slackMessage(
          randomText(random),
          `170418960${index}.000100`,
          random.chance(0.3) ? { attachments: [{ text: randomText(random) }] } : {},
        ),
      );
      files = slackExport(messages, random.chance(0.5) ? slackJson : JSON.stringify);
    });
    const path = 'general/2024-01-02.json';
    const { document, context } = exportOf(files);
    const { views, gaps } = await viewsOf(slack, document(path), context(path));
    expect(gaps, `seed ${seed}`).toEqual([]);
    for (const view of views) expectMapped(view);
  }
});

test('what encodes a part of a text decodes to that part', () => {
  const roles: readonly Markup[] = ['none', 'slack', 'html'];
  forSeeds(1, 3000, (random) => {
    const role = random.pick(roles);
    const token = random.text(20, 'ABCDEFGHIJKLMNOP0123456789');
    const json = JSON.stringify(`${randomText(random)} ${token} ${randomText(random)}`).slice(1, -1);
    const bytes = Buffer.from(json);
    const text = createDecodedText(8);
    takeJsonString(text, bytes, 0, bytes.length);
    undoMarkup(text, role);
    for (let at = 1; at < text.length; at++) expect(text.from[at]).toBeGreaterThanOrEqual(text.from[at - 1]);
    const decoded = text.bytes.subarray(0, text.length);
    const at = decoded.indexOf(token);
    if (at < 0) return;
    const written = bytes.subarray(text.from[at], text.to[at + token.length - 1]);
    expect(written.toString()).toBe(token);
  });
});

test('JSON strings decode as JSON.parse decodes them', () => {
  forSeeds(1, 2000, (random) => {
    const value = randomText(random).replaceAll('\ud800', '');
    for (const json of [JSON.stringify(value), slackJson(value)]) {
      const bytes = Buffer.from(json);
      const text = createDecodedText(8);
      takeJsonString(text, bytes, 1, bytes.length - 1);
      expect(text.bytes.subarray(0, text.length).toString()).toBe(JSON.parse(json));
    }
  });
});

test('encodings of mail decode to what was encoded, and each byte knows what holds it', () => {
  forSeeds(1, 1000, (random) => {
    const value = random.bytes(random.int(300)).toString('latin1').replaceAll('\r', '');
    const start = random.int(value.length + 1);
    const end = start + random.int(value.length - start + 1);
    const text = createDecodedText(8);
    const quoted = Buffer.from(quotedPrintable(value));
    takeQuotedPrintable(text, quoted, 0, quoted.length);
    expect(text.bytes.subarray(0, text.length).toString().replaceAll('\r\n', '\n')).toBe(value);
    const encoded = Buffer.from(base64Lines(Buffer.from(value, 'latin1')));
    takeBase64(text, encoded, 0, encoded.length);
    expect(text.bytes.subarray(0, text.length).toString('latin1')).toBe(value);
    if (end === start) return;
    // Its characters, filled up to whole groups on both sides, hold it.
    const part = encoded
      .subarray(text.from[start], text.to[end - 1])
      .toString()
      .replaceAll('\r\n', '')
      .replaceAll('=', '');
    const whole = `${'A'.repeat(start % 3)}${part}`;
    expect(
      Buffer.from(whole, 'base64')
        .toString('latin1')
        .slice(start % 3),
    ).toContain(value.slice(start + 1, end - 1));
  });
});

test('text as it stands is mapped to itself', () => {
  const bytes = Buffer.from('plain “text”');
  const text = createDecodedText();
  takeRaw(text, bytes, 0, bytes.length);
  undoMarkup(text, 'none');
  expect(text.bytes.subarray(0, text.length).toString()).toBe('plain "text"');
  expect([text.from[6], text.to[6]]).toEqual([6, 9]);
});

test('a match of a view maps back', async () => {
  const path = 'general/2024-01-02.json';
  const files = slackExport([slackMessage('a &amp; b <https://example.com/x|x> é "c" VALUE end', '1704189600.000100')]);
  const { document, context } = exportOf(files);
  const { views } = await viewsOf(slack, document(path), context(path));
  const [view] = views;
  const at = Buffer.from(view.bytes).indexOf('VALUE');
  expect(
    Buffer.from(view.slice.bytes)
      .toString('latin1')
      .slice(startInSlice(view, at), endInSlice(view, at + 5)),
  ).toBe('VALUE');
});
