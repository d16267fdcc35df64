import { describe, expect, it } from 'vitest';
import { createProgress } from '../../src/report/progress.ts';

function terminal(columns = 80, isTTY = true) {
  const written: string[] = [];
  return { written, stream: { isTTY, columns, write: (text: string) => written.push(text) } };
}

const state = { stage: 'history', done: 1000, total: 4000, bytes: 2_000_000_000 };

describe('progress', () => {
  it('shows objects, bytes, rate and time left on one line that it erases first', () => {
    const { written, stream } = terminal();
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: false, now: () => now });
    progress.update({ ...state, done: 0, bytes: 0 });
    now = 2000;
    progress.update(state);
    expect(written).toEqual(['\r\x1b[2Khistory 25% 1,000/4,000 objects · 2.0 GB · 1.0 GB/s · 6.0 s left']);
    progress.clear();
    expect(written.at(-1)).toBe('\r\x1b[2K');
  });

  it('counts up where the total is not known', () => {
    const { written, stream } = terminal();
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: false, now: () => now });
    now = 500;
    progress.update({ stage: 'files', done: 12, bytes: 3400 });
    expect(written).toEqual(['\r\x1b[2Kfiles 12 objects · 3.4 kB']);
  });

  it('says nothing of a run that is over at once, and redraws only now and then', () => {
    const { written, stream } = terminal();
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: false, now: () => now });
    for (now = 0; now < 250; now++) progress.update(state);
    progress.clear();
    expect(written).toEqual([]);
    for (; now < 1250; now++) progress.update(state);
    expect(written.length).toBeGreaterThan(5);
    expect(written.length).toBeLessThan(20);
  });

  it('clears only what it drew', () => {
    const { written, stream } = terminal();
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: false, now: () => now });
    now = 1000;
    progress.update(state);
    progress.clear();
    progress.clear();
    expect(written).toHaveLength(2);
  });

  it('fits a narrow terminal', () => {
    const { written, stream } = terminal(20);
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: false, now: () => now });
    now = 1000;
    progress.update(state);
    expect(written[0]!.replace('\r\x1b[2K', '').length).toBeLessThan(20);
  });

  it.each([
    ['no terminal', { isTTY: false }, {}],
    ['--quiet', { isTTY: true }, { quiet: true }],
    ['a dumb terminal', { isTTY: true }, { term: 'dumb' }],
  ])('is silent with %s', (_, { isTTY }, more) => {
    const { written, stream } = terminal(80, isTTY);
    let now = 0;
    const progress = createProgress(stream, { quiet: false, color: true, now: () => now, ...more });
    now = 5000;
    progress.update(state);
    progress.clear();
    expect(written).toEqual([]);
  });
});
