import { expect, test } from 'vitest';
import { decodeInput } from '../../src/triage/keys.ts';

const key = (name: string) => ({ kind: 'key', key: name });
const text = (what: string) => ({ kind: 'text', text: what });

test.each([
  ['j', [key('j')]],
  ['\x1b', [key('escape')]],
  ['\r', [key('enter')]],
  ['\x7f', [key('backspace')]],
  ['\x03', [key('ctrl-c')]],
  ['\x1b[A\x1bOB\x1b[5~', [key('up'), key('down'), key('pageup')]],
  ['\x1b[1;5A', [key('up')]],
  ['\x1b[99~', []],
  ['jjj', [key('j'), key('j'), key('j')]],
  ['漢', [key('漢')]],
  ['R1\r', [text('R1\r')]],
  ['RR', [text('RR')]],
  ['\x1b[200~R\r\x1b[A\x1b[201~q', [text('R\r\x1b[A'), key('q')]],
  ['abc\x03', [key('ctrl-c')]],
])('%j', (chunk, inputs) => {
  expect(decodeInput(chunk)).toEqual({ inputs, rest: '' });
});

test('what came in two pieces is one', () => {
  const first = decodeInput('\x1b[');
  expect(first).toEqual({ inputs: [], rest: '\x1b[' });
  expect(decodeInput(`${first.rest}B`).inputs).toEqual([key('down')]);
  const paste = decodeInput('\x1b[200~one ');
  expect(paste.inputs).toEqual([]);
  expect(decodeInput(`${paste.rest}two\x1b[201~`).inputs).toEqual([text('one two')]);
});
