import { expect, test } from 'vitest';
import { beginsAsDocument, maySpeakOtherwise } from '../../src/scan/sniff.ts';
import { chats, documents, logs } from './kinds.ts';

// What of a history is opened: a no is final, and a yes costs reading the blob once more.

function begins(bytes: Uint8Array): boolean {
  const memory = Buffer.concat([Buffer.from('before'), bytes, Buffer.from('{"cells": "what follows in memory"}')]);
  return beginsAsDocument(memory, 6, bytes.length);
}

test.each(Object.entries({ ...logs, ...chats, ...documents }))('%s is opened, in a history and in a folder', (_, write) => {
  const { bytes } = write(['the first line', 'the second']);
  expect(begins(bytes)).toBe(true);
  expect(maySpeakOtherwise(bytes.subarray(0, 4096), 'a.txt')).toBe(true);
});

test.each([
  [
    'a list of packages',
    '{\n  "name": "x",\n  "version": "1.0.0",\n  "type": "module",\n  "dependencies": { "a": "^1.0.0" }\n}\n',
  ],
  ['a lock file', '{\n  "name": "x",\n  "lockfileVersion": 3,\n  "packages": { "": { "license": "MIT" } }\n}\n'],
  ['settings', '{\n  "compilerOptions": { "target": "es2022", "strict": true },\n  "include": ["src"]\n}\n'],
  ['translations', '{ "messages": { "hello": "Hello", "from": "From" }, "locale": "en" }\n'],
  ['a page', '<!DOCTYPE html>\n<html><head><title>x</title></head><body><p>From here</p></body></html>\n'],
  ['a readme', '# quash\n\nFinds secrets.\n\n## Use\n'],
  ['badges', '[![build](https://example.com/a.svg)](https://example.com)\n\nText\n'],
  ['ini', '[section]\nname = value\n[other]\n'],
  ['code', "import { a } from './a.ts';\n\nexport function b() {\n\treturn a;\n}\n"],
  ['a table', 'name\tsize\tdate\nx\t1\t2024-05-22\n'],
  ['prose', 'From here on it is easy: see below.\n\nDate: never\n'],
  ['changes', '2024-05-22  Ann Example  <ann@example.com>\n\n\t* a.c: Fix.\n'],
  ['nothing much', 'x'],
])('%s is not', (_, text) => {
  expect(begins(Buffer.from(text))).toBe(false);
});
