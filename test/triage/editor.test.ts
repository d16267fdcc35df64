import { expect, test } from 'vitest';
import { browserCommand, editorCommand, type Opening } from '../../src/triage/editor.ts';

const spot = { file: '/home/ann/a b.ts', line: 7, column: 3 };

test.each([
  [{}, ['vi', '+7', spot.file]],
  [{ EDITOR: 'nano' }, ['nano', '+7', spot.file]],
  [{ EDITOR: 'nano', VISUAL: '/usr/bin/nvim -R' }, ['/usr/bin/nvim', '-R', '+7', spot.file]],
  [{ EDITOR: 'code --wait' }, ['code', '--wait', '--goto', `${spot.file}:7:3`]],
  [{ EDITOR: 'hx' }, ['hx', `${spot.file}:7:3`]],
  [{ EDITOR: 'some-editor' }, ['some-editor', spot.file]],
])('%j', (env, command) => {
  expect(editorCommand(env, spot)).toEqual(command);
});

test.each([
  ['linux', 'xdg-open'],
  ['darwin', 'open'],
  ['win32', 'explorer.exe'],
] as const)('the browser of %s', (platform, program) => {
  expect(browserCommand(platform, 'https://example.com/a')).toEqual([program, 'https://example.com/a']);
});

test.each(['vi', 'code', 'subl', 'somethingelse'])(
  '%s is given numbers alone, whatever an imported ledger calls a line',
  (EDITOR) => {
    const hostile = { file: '/a/b.env', line: ':!touch x', column: '1 --wait' } as unknown as Opening;
    expect(editorCommand({ EDITOR }, hostile)).toEqual(editorCommand({ EDITOR }, { file: '/a/b.env', line: 1, column: 1 }));
  },
);
