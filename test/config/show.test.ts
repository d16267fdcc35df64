import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { configJsonSchema } from '../../src/config.ts';
import { configurableFlags } from '../../src/flags.ts';
import { runQuash, temporaryFolder } from '../cli/binary.ts';

function repository(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, '.git'));
  writeFileSync(join(folder, 'quash.yaml'), 'min-severity: high\nunredacted: true\nexclude:\n  - "**/vendor/**"\n');
  return folder;
}

test('config show tells what applies and where it comes from, as text that is a quash.yaml', async () => {
  const cwd = repository();
  const { code, stdout, stderr } = await runQuash(['config', 'show'], { cwd, env: { QUASH_OFFLINE: '1' } });
  expect(code).toBe(0);
  expect(stdout).toContain(`# read: ${join(cwd, 'quash.yaml')} (the target's)`);
  expect(stdout).toMatch(new RegExp(`^min-severity: high +# ${join(cwd, 'quash.yaml')}:1$`, 'm'));
  expect(stdout).toMatch(/^offline: true +# QUASH_OFFLINE$/m);
  expect(stdout).toMatch(/^min-confidence: 0.5 +# default$/m);
  expect(stderr).toBe(
    'quash: quash.yaml:2:1: unredacted is ignored, because what is scanned cannot decide it; use --unredacted, or your own config file\n',
  );
  expect(parseYaml(stdout)).toMatchObject({
    'min-severity': 'high',
    exclude: ['**/vendor/**'],
    offline: true,
    unredacted: false,
  });
});

test('--quiet keeps the warnings back', async () => {
  expect(await runQuash(['config', 'show', '--quiet'], { cwd: repository() })).toMatchObject({ code: 0, stderr: '' });
});

test('config show --format json', async () => {
  const cwd = repository();
  const { stdout } = await runQuash(['config', 'show', '--format', 'json'], { cwd });
  const shown = JSON.parse(stdout);
  expect(shown.files).toEqual([{ path: join(cwd, 'quash.yaml'), owner: 'target' }]);
  expect(shown.settings['min-severity']).toEqual({
    value: 'high',
    from: { kind: 'file', path: join(cwd, 'quash.yaml'), line: 1, owner: 'target' },
  });
  expect(shown.settings.output).toEqual({ value: null, from: { kind: 'default' } });
  expect(shown.warnings).toHaveLength(1);
});

test('a mistake in a config file exits with 2, and a hostile name does not drive the terminal', async () => {
  const cwd = join(temporaryFolder(), 'a\u001b[31m\u202eb');
  mkdirSync(join(cwd, '.git'), { recursive: true });
  writeFileSync(join(cwd, 'quash.yaml'), 'nonsense: 1');
  const { code, stderr } = await runQuash(['config', 'show', cwd]);
  expect(code).toBe(2);
  expect(stderr).toContain('quash.yaml:1:1: there is no such key');
  expect(stderr.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
});

test('the JSON Schema has every key, each with a description and whether it is the user’s alone', () => {
  const { properties, additionalProperties } = configJsonSchema() as {
    readonly additionalProperties: boolean;
    readonly properties: Record<string, { readonly description: string }>;
  };
  expect(additionalProperties).toBe(false);
  expect(Object.keys(properties).sort()).toEqual(
    configurableFlags()
      .map((flag) => flag.name)
      .sort(),
  );
  expect(properties['min-severity']).toEqual({
    description: 'report from info, low, medium, high or critical on.',
    default: 'info',
    enum: ['info', 'low', 'medium', 'high', 'critical'],
  });
  expect(properties.exclude).toMatchObject({ anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] });
  expect(properties.output?.description).toContain('Ignored in a quash.yaml found in what is scanned.');
});
