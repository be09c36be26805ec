import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/support/fresh-build.ts',
    // Real etcd and real BIRD: a test may wait for a session, but never for ever. test/support/wait-for.ts has the other deadlines.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    // Most tests wait most of the time, and each has names, ports and namespaces of its own.
    maxWorkers: Math.min(16, 2 + 3 * availableParallelism()),
    // Files of one worker share what they import: a third of the time is saved. Each leaves the process as it found it.
    isolate: false,
    sequence: { sequencer: LongestFirst },
  },
});
