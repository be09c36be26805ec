import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Real etcd and real BIRD: a test may wait for a session, but never for ever.
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
