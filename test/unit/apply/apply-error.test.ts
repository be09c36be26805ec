import { describe, expect, test } from 'vitest';
import { ApplyError, fileError } from '../../../src/apply/apply-error.js';
import { AdvisedError } from '../../../src/base/advised-error.js';

/** An error as Node gives it for a call that failed. */
function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: it failed, open '/x'`), { code });
}

describe('an error of the file system', () => {
  test.each([
    ['ENOSPC', 'free space on that file system'],
    ['EDQUOT', 'raise the quota of the user that birdkeeper runs as, or free space'],
    ['EACCES', 'let the user that birdkeeper runs as write there'],
    ['EPERM', 'let the user that birdkeeper runs as own that folder'],
    ['EROFS', 'mount that file system writable, or set --output-dir to one that is'],
    ['ENOENT', 'create the missing folder, or set --output-dir'],
    ['ENOTDIR', 'set --output-dir to a folder'],
    ['EISDIR', 'move the folder with that name out of the way'],
    ['EMFILE', 'raise the limit of open files of birdkeeper (LimitNOFILE, ulimit -n)'],
    ['ENFILE', 'raise the limit of open files of this machine (fs.file-max)'],
    ['EIO', 'see what the message says of that path'],
  ])('%s says what was tried, why it failed and what to do', (code, advice) => {
    const cause = systemError(code);

    const error = fileError('cannot write generation 7', cause);

    expect(error).toBeInstanceOf(ApplyError);
    expect(error).toBeInstanceOf(AdvisedError);
    expect(error).toMatchObject({
      name: 'ApplyError',
      message: `cannot write generation 7: ${code}: it failed, open '/x'`,
      advice,
      isRetryable: true,
      cause,
    });
  });
});

describe('any other error', () => {
  test('of applying keeps its own words', () => {
    const error = new ApplyError('BIRD is away', { advice: 'start it', isRetryable: false });

    expect(fileError('cannot write', error)).toBe(error);
  });

  test('is a bug, and stays as it is', () => {
    const bug = new TypeError('x is undefined');

    expect(fileError('cannot write', bug)).toBe(bug);
    expect(fileError('cannot write', 'a text')).toBe('a text');
    expect(fileError('cannot write', { code: 'ENOSPC' })).toEqual({ code: 'ENOSPC' });
  });
});
