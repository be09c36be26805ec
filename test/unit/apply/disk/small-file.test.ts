import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readTextIfThere, replaceFile } from '../../../../src/apply/disk/small-file.js';
import { systemErrorCode } from '../../../../src/base/system-error.js';
import { folderForTest } from '../../../support/folder.js';
import { namesIn } from './disk-site.js';

test('a small file is read as it was written, and replaced as a whole', async () => {
  const path = join(await folderForTest(), 'state.json');

  replaceFile(path, 'a long first text');
  replaceFile(path, 'second ü');

  expect(readTextIfThere(path)).toBe('second ü');
  expect(statSync(path).mode & 0o777).toBe(0o640);
  expect(namesIn(join(path, '..'))).toEqual(['state.json']);
});

test('a file that is not there is no error, anything else is', async () => {
  const dir = await folderForTest();

  expect(readTextIfThere(join(dir, 'nothing'))).toBeUndefined();
  expect(readTextIfThere(join(dir, 'no/folder'))).toBeUndefined();
  expect(() => readTextIfThere(dir)).toThrow('EISDIR');
});

test('a file whose new text can not be written stays as it is', async () => {
  const path = join(await folderForTest(), 'state.json');
  writeFileSync(path, 'old');
  mkdirSync(`${path}.new`);

  expect(() => replaceFile(path, 'new')).toThrow('EISDIR');

  expect(readFileSync(path, 'utf8')).toBe('old');
});

test.each([
  [Object.assign(new Error('x'), { code: 'ENOENT' }), 'ENOENT'],
  [Object.assign(new Error('x'), { code: 7 }), undefined],
  [new Error('ENOENT'), undefined],
  [{ code: 'ENOENT' }, undefined],
  ['ENOENT', undefined],
  [undefined, undefined],
])('the code of %o is %s', (error, code) => {
  expect(systemErrorCode(error)).toBe(code);
});
