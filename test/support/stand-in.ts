/** Programs in the place of `bird` and `birdc`, for what the real ones can't be made to do. */

import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Writes a shell script that can be run; gives its path. */
export async function writeScript(dir: string, name: string, body: string): Promise<string> {
  const path = join(dir, name);
  await writeFile(path, `#!/bin/sh\n${body}\n`);
  await chmod(path, 0o755);
  return path;
}
