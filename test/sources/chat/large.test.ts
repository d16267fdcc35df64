import { expect, test } from 'vitest';
import { slackExport, slackJson, slackMessage } from '../../../fixtures/chat/slack.ts';
import { originAt, startInSlice } from '../../../src/model/view.ts';
import { slack } from '../../../src/sources/chat/slack.ts';
import { exportOf } from './documents.ts';
import { viewsOf } from './scan.ts';

const day = 'general/2024-01-02.json';

/** Line and column of an offset, as an editor shows them. */
function placeIn(text: string, value: string) {
  const before = text.slice(0, text.indexOf(value)).split('\n');
  return {
    line: before.length,
    column: before.at(-1)!.length + 1,
    offset: Buffer.byteLength(text.slice(0, text.indexOf(value))),
  };
}

test.each([
  ['lines', slackJson],
  ['one line', JSON.stringify],
])('values in an export of several megabytes, in %s, are found once and where they stand', async (_, write) => {
  const messages = Array.from({ length: 6000 }, (_, index) =>
    slackMessage(`é 😀 "VALUE-${index}-END" ${'word '.repeat(index % 90)}`, `17041${String(index).padStart(5, '0')}.000100`, {
      blocks: [],
    }),
  );
  const files = slackExport(messages, write);
  const text = files[day];
  expect(text.length).toBeGreaterThan(3_000_000);
  const { document, context } = exportOf(files, 100_003);
  const { views, gaps } = await viewsOf(slack, document(day), context(day));
  expect(gaps).toEqual([]);
  expect(views.length).toBeGreaterThan(2);
  const found: string[] = [];
  for (const view of views) {
    expect(view.slice.bytes.length).toBeLessThan(2_200_000);
    const bytes = Buffer.from(view.bytes);
    for (const match of bytes.toString('latin1').matchAll(/VALUE-\d+-END/g)) {
      found.push(match[0]);
      const index = Number(match[0].split('-')[1]);
      const start = startInSlice(view, match.index);
      if (index % 97 === 0) {
        const before = Buffer.from(view.slice.bytes.subarray(0, start)).toString().split('\n');
        const line = view.slice.line + before.length - 1;
        const column = before.at(-1)!.length + (before.length === 1 ? view.slice.column : 1);
        expect({ line, column, offset: view.slice.start + start }).toEqual(placeIn(text, match[0]));
      }
      expect(originAt(view, match.index)).toMatchObject({
        timestamp: new Date(Number(`17041${String(index).padStart(5, '0')}`) * 1000).toISOString(),
      });
    }
  }
  expect(found).toEqual(messages.map((_, index) => `VALUE-${index}-END`));
});

test('a message of many megabytes is read', async () => {
  const text = `${'word '.repeat(700_000)}VALUE${' word'.repeat(700_000)}`;
  const files = slackExport([
    slackMessage('before', '1704189500.000100'),
    slackMessage(text, '1704189600.000100'),
    slackMessage('LAST', '1704189700.000100'),
  ]);
  const { document, context } = exportOf(files);
  const { views, gaps } = await viewsOf(slack, document(day), context(day));
  expect(gaps).toEqual([]);
  const holding = views.filter((view) => Buffer.from(view.bytes).includes('VALUE'));
  expect(holding).toHaveLength(1);
  expect(originAt(holding[0], Buffer.from(holding[0].bytes).indexOf('VALUE'))).toMatchObject({
    timestamp: '2024-01-02T10:00:00.000Z',
  });
  expect(views.some((view) => Buffer.from(view.bytes).includes('LAST'))).toBe(true);
});

test('what is longer than any message is looked through in pieces that overlap', async () => {
  const values = Array.from({ length: 20 }, (_, index) => `VALUE-${index}-END`);
  const text = values.map((value) => 'x'.repeat(1_000_000) + value).join('');
  const files = slackExport(
    [slackMessage('before', '1704189500.000100'), slackMessage(text, '1704189600.000100', { blocks: [] })],
    JSON.stringify,
  );
  const { document, context } = exportOf(files, 1_000_000);
  const { views, gaps } = await viewsOf(slack, document(day), context(day));
  expect(gaps).toMatchObject([{ reason: 'too-large' }]);
  for (const value of values)
    expect(
      views.some((view) => Buffer.from(view.bytes).includes(value)),
      value,
    ).toBe(true);
});
