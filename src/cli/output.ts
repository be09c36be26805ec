/** What commands print for people. */

/** A line on standard output. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** A line on standard error. */
export function warn(line: string): void {
  process.stderr.write(`birdkeeper: ${line}\n`);
}

/**
 * For errors of standard output. A reader that has had enough (`| head`) is no error of ours: the command goes on to its
 * exit status.
 */
export function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') {
    throw error;
  }
}
