import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ALL_SETTINGS, addSettings, helpOf, settingsOf } from '../../../src/cli/options.js';
import type { Setting } from '../../../src/settings/setting.js';
import { DATASTORE_SETTINGS, SETTINGS } from '../../../src/settings/settings.js';
import { folderForTest } from '../../support/folder.js';

beforeEach(() => {
  // What the machine of the test happens to have set must not matter.
  for (const { environment } of Object.values<Setting<unknown>>(SETTINGS)) {
    for (const name of environment) {
      vi.stubEnv(name, undefined);
    }
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function allSettingsOf(options: Readonly<Record<string, unknown>>) {
  return settingsOf(options, ALL_SETTINGS);
}

/** The options of a command line, as commander gives them. */
function parsed(...args: readonly string[]): Readonly<Record<string, unknown>> {
  const command = addSettings(new Command('test'), ALL_SETTINGS);
  return command.parse([...args], { from: 'user' }).opts();
}

test('every option of the command line reaches its setting', async () => {
  const loaded = await allSettingsOf(
    parsed(
      '--output-dir',
      '/o',
      '--ip6',
      '2001:db8::1',
      '--bird6-socket=/s',
      '--keep-generations',
      '9',
    ),
  );

  expect(loaded).toMatchObject({
    ok: true,
    settings: { outputDir: '/o', ip6: '2001:db8::1', bird6Socket: '/s', keepGenerations: 9 },
  });
});

test('the environment of the process is read, and an option beats it', async () => {
  vi.stubEnv('BIRDKEEPER_OUTPUT_DIR', '/e');
  vi.stubEnv('ETCD_AUTHORITY', '192.0.2.1:2379');

  const loaded = await allSettingsOf(parsed('--output-dir', '/o'));

  expect(loaded).toMatchObject({
    ok: true,
    settings: { outputDir: '/o', etcdEndpoints: ['http://192.0.2.1:2379'] },
  });
});

test('the file of --config is read as YAML, and the environment beats it', async () => {
  const path = join(await folderForTest(), 'config.yaml');
  await writeFile(
    path,
    'output-dir: /c\nnode: node-c\nquiet-ms: 7\ncustom-filters: on\nlisten: off\n',
  );
  vi.stubEnv('NODENAME', 'node-e');

  const loaded = await allSettingsOf(parsed('--config', path));

  expect(loaded).toMatchObject({
    ok: true,
    settings: {
      outputDir: '/c',
      node: 'node-e',
      quietMs: 7,
      customFilters: 'on',
      listen: 'off',
    },
  });
});

test('a config file that is not there, or is no YAML, is refused by name', async () => {
  const dir = await folderForTest();
  const broken = join(dir, 'broken.yaml');
  await writeFile(broken, 'a: [');

  expect(await allSettingsOf(parsed('--config', join(dir, 'none.yaml')))).toEqual({
    ok: false,
    reasons: [expect.stringMatching(/^--config .*none\.yaml: it cannot be read: ENOENT/)],
  });
  expect(await allSettingsOf(parsed('--config', broken))).toEqual({
    ok: false,
    reasons: [expect.stringMatching(/^--config .*broken\.yaml: it cannot be read: .* line 1/)],
  });
});

test('help tells what a setting is, its environment and its default', () => {
  expect(helpOf(SETTINGS.outputDir)).toBe(
    'where bird.cfg and its includes are (BIRDKEEPER_OUTPUT_DIR; default: /etc/birdkeeper/config)',
  );
  expect(helpOf(SETTINGS.node)).toBe(
    "name of this node in the datastore (NODENAME, HOSTNAME; default: the host's name)",
  );
  expect(helpOf(SETTINGS.etcdScheme)).toBe('how to talk to ETCD_AUTHORITY (default: http)');
  expect(helpOf(SETTINGS.etcdPassword)).toBe(SETTINGS.etcdPassword.help);
});

test('an option of the command itself that is called like a setting is not taken for it', async () => {
  vi.stubEnv('NODENAME', 'this-host');

  const loaded = await settingsOf({ node: 'another-host' }, DATASTORE_SETTINGS);

  expect(loaded).toMatchObject({ ok: true, settings: { node: 'this-host' } });
});
