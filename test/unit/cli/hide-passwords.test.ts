import { expect, it } from 'vitest';
import { hidingPasswords } from '../../../src/cli/hide-passwords.js';

it('shows that a password changed, and neither text', () => {
  const hide = hidingPasswords();
  expect(hide('a { password "one"; }\nb { password "two"; }')).toBe(
    'a { password "[redacted 1]"; }\nb { password "[redacted 2]"; }',
  );
  expect(hide('a { password "three"; }\nb { password "two"; }')).toBe(
    'a { password "[redacted 3]"; }\nb { password "[redacted 2]"; }',
  );
});
