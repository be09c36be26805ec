import { expect } from 'vitest';
import {
  loadSettings,
  type SettingSources,
  type Settings,
} from '../../../src/settings/load-settings.js';

/** Sources with nothing in them but `parts`; `config` is the content of `/etc/birdkeeper.yaml`. */
export function sourcesWith({
  options = {},
  environment = {},
  config,
}: {
  readonly options?: SettingSources['options'];
  readonly environment?: SettingSources['environment'];
  readonly config?: unknown;
}): SettingSources {
  return {
    options,
    environment,
    ...(config !== undefined && { config: { path: '/etc/birdkeeper.yaml', content: config } }),
  };
}

/** Settings that must be right. */
export function settingsFrom(parts: Parameters<typeof sourcesWith>[0]): Settings {
  const loaded = loadSettings(sourcesWith(parts));
  if (!loaded.ok) {
    expect.fail(loaded.reasons.join('\n'));
  }
  return loaded.settings;
}

/** What is wrong with settings; empty when nothing is. */
export function reasonsIn(parts: Parameters<typeof sourcesWith>[0]): readonly string[] {
  const loaded = loadSettings(sourcesWith(parts));
  return loaded.ok ? [] : loaded.reasons;
}
