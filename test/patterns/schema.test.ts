import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { patternJsonSchema } from '../../src/patterns/schema.ts';

test('patterns/schema.json is what the schema says today; npm run build writes it', () => {
  expect(readFileSync(new URL('../../patterns/schema.json', import.meta.url), 'utf8')).toBe(patternJsonSchema());
});

test('an editor sees what every field means', () => {
  interface Node {
    readonly description?: string;
    readonly properties?: Readonly<Record<string, Node>>;
    readonly items?: Node;
    readonly additionalProperties?: boolean;
    readonly required?: readonly string[];
  }
  const schema = JSON.parse(patternJsonSchema()) as Node;
  const pattern = schema.properties!.patterns!.items!;
  expect(pattern.required).toEqual(['id', 'name', 'literals']);
  expect(pattern.additionalProperties).toBe(false);
  for (const [name, node] of Object.entries(pattern.properties!)) expect(node.description, name).toBeTruthy();
});
