import { expect, test } from 'vitest';
import { parseCheckOutput } from '../../../../src/apply/check/check-output.js';

test.each([
  ['1.6.8', 'bird: bad.conf:51:3 syntax error', 'bad.conf', 51, 3, 'syntax error'],
  ['1.6.8, IPv6', 'bird6: bad.conf:51:3 syntax error', 'bad.conf', 51, 3, 'syntax error'],
  [
    '2.0.12',
    'bird: /var/lib/a folder/bird.cfg:37:17 No such filter.',
    '/var/lib/a folder/bird.cfg',
    37,
    17,
    'No such filter.',
  ],
  [
    '2.0.12, an include',
    'bird: inc.conf:57:10 Unable to open included file nonexist.conf: No such file or directory',
    'inc.conf',
    57,
    10,
    'Unable to open included file nonexist.conf: No such file or directory',
  ],
  [
    '3.3.2',
    'bird: 2026-11-23 04:44:36.157 [0000] <FATAL> bad.conf:56:3 syntax error, unexpected CF_SYM_UNDEFINED',
    'bad.conf',
    56,
    3,
    'syntax error, unexpected CF_SYM_UNDEFINED',
  ],
])('a refusal of BIRD %s names file, line and column', (_, output, path, line, column, message) => {
  expect(parseCheckOutput(1, `${output}\n`)).toEqual({
    kind: 'refused',
    refusal: { path, line, column, message },
  });
});

test('a refusal of a BIRD that does not count columns is understood', () => {
  expect(parseCheckOutput(1, 'bird: /etc/bird.conf, line 4: syntax error\n')).toEqual({
    kind: 'refused',
    refusal: { path: '/etc/bird.conf', line: 4, message: 'syntax error' },
  });
});

test('exit status 0 is acceptance, whatever is printed beside it', () => {
  const output = 'bird: a.cfg:7:1 Missing authentication option, assuming MD5\n';

  expect(parseCheckOutput(0, output)).toEqual({ kind: 'accepted', warnings: [output.trim()] });
});

test.each([
  [1, '', 'ended with status 1 and said nothing'],
  [
    1,
    'bird: Unable to open configuration file x.cfg: No such file or directory\n',
    'ended with status 1 and said: bird: Unable to open configuration file x.cfg: No such file or directory',
  ],
  [undefined, '', 'was ended by a signal and said nothing'],
  [
    undefined,
    'realloc(): invalid old size\n',
    'was ended by a signal and said: realloc(): invalid old size',
  ],
])('exit status %s with %j says nothing about the configuration', (exitCode, output, reason) => {
  expect(parseCheckOutput(exitCode, output)).toEqual({ kind: 'unclear', reason });
});
