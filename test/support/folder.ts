import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A folder for the test in hand, removed when it ends. */
export async function folderForTest(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
