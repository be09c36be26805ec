import { AdvisedError } from '../base/advised-error.js';
import { systemErrorCode } from '../base/system-error.js';

/** A step of applying could not be done: a file, a process or a socket failed, not the configuration. */
export class ApplyError extends AdvisedError {
  override readonly name = 'ApplyError';
}

/** Advice for the errors of a file system that an operator can do something about. */
const ADVICE: Readonly<Record<string, string>> = {
  ENOSPC: 'free space on that file system',
  EDQUOT: 'raise the quota of the user that birdkeeper runs as, or free space',
  EACCES: 'let the user that birdkeeper runs as write there',
  EPERM: 'let the user that birdkeeper runs as own that folder',
  EROFS: 'mount that file system writable, or set --output-dir to one that is',
  ENOENT: 'create the missing folder, or set --output-dir',
  ENOTDIR: 'set --output-dir to a folder',
  EISDIR: 'move the folder with that name out of the way',
  EMFILE: 'raise the limit of open files of birdkeeper (LimitNOFILE, ulimit -n)',
  ENFILE: 'raise the limit of open files of this machine (fs.file-max)',
};

/**
 * An error of the file system as an `ApplyError`; every other error as it is.
 *
 * @param doing - what was tried, as in "cannot write generation 7"
 */
export function fileError(doing: string, error: unknown): unknown {
  const code = systemErrorCode(error);
  if (error instanceof ApplyError || code === undefined || !(error instanceof Error)) {
    return error;
  }
  return new ApplyError(`${doing}: ${error.message}`, {
    advice: ADVICE[code] ?? 'see what the message says of that path',
    isRetryable: true,
    cause: error,
  });
}
