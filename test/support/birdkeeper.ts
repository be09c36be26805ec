import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { projectRoot } from './tools.js';
import { DEADLINE_MS } from './wait-for.js';

/** The built program; `npm run build` makes it. */
export const program = join(projectRoot, 'dist/main.js');

/** How a command ended. */
export interface Ended {
  readonly exitStatus: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command of birdkeeper's to its end, in an environment that has nothing but PATH and `environment`. */
export async function runBirdkeeper(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const env = { PATH: process.env.PATH ?? '', ...environment };
  return new Promise((resolve) => {
    const options = { env, timeout: DEADLINE_MS };
    const child = execFile(process.execPath, [program, ...args], options, (_, stdout, stderr) => {
      resolve({ exitStatus: child.exitCode, stdout, stderr });
    });
  });
}
