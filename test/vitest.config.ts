import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const home = join(tmpdir(), `quash-test-home-${process.pid}`);

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    // By default a core is left idle: of two that is half of them.
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What is concurrent waits for answers that do not come; it costs nothing.
    maxConcurrency: 40,
    // Tests neither see nor change what the user has, and reach nothing beyond this machine.
    env: {
      QUASH_EGRESS: 'loopback',
      // A scan asks nobody and keeps nothing unless its test says so.
      QUASH_OFFLINE: '1',
      QUASH_STORE: 'none',
      HOME: home,
      XDG_CONFIG_HOME: join(home, 'config'),
      XDG_DATA_HOME: join(home, 'data'),
    },
  },
});
