import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { settingsFrom } from './settings-fixture.js';

test('settings that are printed do not show the password', () => {
  const settings = settingsFrom({
    environment: { ETCD_USERNAME: 'root', ETCD_PASSWORD: 'geheim' },
  });

  expect(settings.etcdPassword?.reveal()).toBe('geheim');
  expect(inspect(settings, { showHidden: true, depth: 9 })).not.toContain('geheim');
  expect(JSON.stringify(settings)).not.toContain('geheim');
});
