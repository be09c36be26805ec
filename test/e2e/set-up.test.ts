import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { projectRoot } from '../support/tools.js';

test('the set-up says nothing when everything is there', () => {
  const output = execFileSync(process.execPath, ['test/support/set-up.mjs'], {
    cwd: projectRoot,
    encoding: 'utf8',
  });

  expect(output).toBe('');
});
