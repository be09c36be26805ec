import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { waitFor } from './wait-for.js';

/** A folder for the test in hand, removed when it ends. */
export async function folderForTest(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'birdkeeper-test-'));
  onTestFinished(() => removeTree(dir));
  return dir;
}

/**
 * Removes a folder with all that is in it. A program that was killed may have a child that writes its last meanwhile; Node's
 * own `maxRetries` tries to remove the emptied folder again, but not what has come into it.
 */
export async function removeTree(dir: string): Promise<void> {
  const remove = (): true => {
    rmSync(dir, { recursive: true, force: true });
    return true;
  };
  await waitFor(remove, { what: `${dir} to be removed` });
}
