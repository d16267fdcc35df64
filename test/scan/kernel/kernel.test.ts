import { expect, test } from 'vitest';
import { forSeeds } from '../../../fixtures/random.ts';
import { createKernel, slackBytes } from '../../../src/scan/kernel/kernel.ts';

test('buffers of the kernel never overlap, slack included, while memory grows and buffers are freed', () => {
  forSeeds(1, 20, (random) => {
    const kernel = createKernel();
    const held: { readonly address: number; readonly size: number; readonly mark: number }[] = [];
    const isWhole = ({ address, size, mark }: (typeof held)[number]) =>
      kernel
        .bytes()
        .subarray(address, address + size + slackBytes)
        .every((byte) => byte === mark);
    for (let step = 0; step < 300; step++) {
      if (held.length > 0 && random.chance(0.45)) {
        const [one] = held.splice(random.int(held.length), 1);
        expect(isWhole(one)).toBe(true);
        kernel.free(one.address);
        continue;
      }
      const size = random.int(random.pick([1, 4096 - slackBytes + 2, 20_000, 300_000]));
      const one = { address: kernel.allocate(size), size, mark: step & 255 };
      kernel.bytes().fill(one.mark, one.address, one.address + size + slackBytes);
      held.push(one);
    }
    expect(held.every(isWhole)).toBe(true);
  });
});

test('freed buffers are used again: a walk over many documents holds the memory of a few', () => {
  const kernel = createKernel();
  for (let round = 0; round < 2000; round++) {
    const buffers = [100, 5000, 70_000, 1_000_000].map((size) => kernel.allocate(size - (round % 50)));
    for (const address of buffers) kernel.free(address);
  }
  expect(kernel.allocatedBytes()).toBeLessThan(8 << 20);
});

test('lines and zeros are counted at every alignment', () => {
  const kernel = createKernel();
  const at = kernel.allocate(4096);
  forSeeds(1, 300, (random) => {
    const text = Buffer.from(random.text(random.int(200), random.pick(['a\n', 'abcdefghijk\n\0', 'abc'])));
    const from = random.int(20);
    const bytes = kernel.bytes();
    // Line ends and zeros around the text must not count.
    bytes.fill(random.pick([0, 10]), at, at + 400);
    bytes.set(text, at + from);
    expect(kernel.exports.countLines(at + from, at + from + text.length)).toBe(text.filter((byte) => byte === 10).length);
    expect(kernel.exports.hasZero(at + from, at + from + text.length)).toBe(text.includes(0) ? 1 : 0);
  });
});
