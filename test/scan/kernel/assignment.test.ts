import { expect, test } from 'vitest';
import { forSeeds } from '../../../fixtures/random.ts';
import { gateReach, mayHoldValue } from '../../../src/scan/generic-assigned.ts';
import { createRig } from './rig.ts';

const keywords = ['token', 'password', 'pwd', 'pass=', '_pass', 'requirepass', 'masterauth', 'secret'];
const pieces = [
  ...[
    '=',
    ':',
    ' ',
    '  ',
    '\t',
    '\n',
    '\r\n',
    '"',
    "'",
    '`',
    '(',
    ')',
    '[',
    ']',
    '{',
    '}',
    ',',
    '<-',
    '</',
    '->',
    '=>',
    '>',
    '||',
    '|',
  ],
  ...[
    '??',
    '?:',
    '?',
    '\\"',
    '\\',
    '-',
    '--',
    '_',
    's',
    'S',
    'key',
    'Secret',
    'token',
    'izer',
    'value',
    'default',
    'x',
    'A',
    '1',
    ';',
    '.',
  ],
  ...[
    'ENV ',
    'ARG ',
    'setx ',
    '-x ',
    'SetEnv ',
    'login user ',
    '\nlogin u ',
    'As ',
    'string ',
    '[]string ',
    'is ',
    'char* ',
    '@',
    'é',
    '\0',
  ],
];

test('a hit of a keyword is turned down in the kernel only where the gate turns it down, and mostly then', () => {
  const literals = keywords.map((text) => ({ text, caseSensitive: false, before: 512, after: 768, isAssigned: true }));
  const rig = createRig(literals, 'none');
  const counts = { gated: 0, turnedDown: 0, kept: 0 };
  forSeeds(1, 6000, (random) => {
    const around = (most: number) => Array.from({ length: random.int(most) }, () => random.pick(pieces)).join('');
    const keyword = random.pick(keywords);
    const cased = random.pick([keyword, keyword.toUpperCase(), keyword[0].toUpperCase() + keyword.slice(1)]);
    const text = Buffer.from(
      `${around(random.pick([2, 5, 40]))}${cased}${random.chance(0.1) ? ' '.repeat(random.int(300)) : ''}${around(8)}`,
    );
    const kept = new Set(rig.turnDown(text).hits.map(({ position, literal }) => `${position} ${literal}`));
    const all = rig.scan(text);
    if (all === 'full') throw new Error('too many hits');
    for (const { position, literal } of all) {
      const from = Math.max(0, position - gateReach.before);
      const window = text.toString('latin1', from, Math.min(text.length, position + gateReach.after));
      const may = mayHoldValue(window, position - from, position - from + keywords[literal].length);
      const isKept = kept.has(`${position} ${literal}`);
      if (may) expect(isKept, JSON.stringify([text.toString(), position, keywords[literal]])).toBe(true);
      if (may) counts.kept++;
      else counts.gated++;
      if (!isKept) counts.turnedDown++;
    }
  });
  expect(counts.kept).toBeGreaterThan(1000);
  expect(counts.turnedDown).toBeGreaterThan(0.6 * counts.gated);
});
