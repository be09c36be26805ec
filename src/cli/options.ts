/** Settings as options of a command, from the one table that declares them. */

import { readFile } from 'node:fs/promises';

import type { Command } from 'commander';

import {
  configPathOf,
  type LoadedSettings,
  loadSettings,
  processEnvironment,
  type SettingSources,
} from '../settings/load-settings.js';
import type { Setting } from '../settings/setting.js';
import { SETTINGS, type SettingName } from '../settings/settings.js';

/** All of them. */
export const ALL_SETTINGS = Object.keys(SETTINGS) as readonly SettingName[];

/** Adds each of `names` that has an option to `command`; `--help` tells its environment variables and default. */
export function addSettings(command: Command, names: readonly SettingName[]): Command {
  const variables: string[] = [];
  for (const setting of namedSettings(names)) {
    if (setting.flag === undefined) {
      variables.push(`  ${setting.environment.join(', ')}: ${helpOf(setting)}`);
    } else {
      command.option(`--${setting.flag} <${setting.placeholder}>`, helpOf(setting));
    }
  }
  return command.addHelpText(
    'after',
    `\nEnvironment without an option:\n${variables.join('\n')}\n\n` +
      'Options beat the environment, which beats the file of --config, which beats defaults.',
  );
}

/** The settings of a command that has `names` for options and was called with `options` (as commander gives them). */
export async function settingsOf(
  options: Readonly<Record<string, unknown>>,
  names: readonly SettingName[],
): Promise<LoadedSettings> {
  const sources: SettingSources = {
    options: Object.fromEntries(
      namedSettings(names).flatMap(({ flag }) =>
        flag === undefined ? [] : [[flag, options[camelCase(flag)]]],
      ),
    ),
    environment: processEnvironment(),
  };
  const path = configPathOf(sources);
  if (path === undefined) {
    return loadSettings(sources);
  }
  try {
    const { default: yaml } = await import('yaml');
    const content: unknown = yaml.parse(await readFile(path, 'utf8'));
    return loadSettings({ ...sources, config: { path, content } });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, reasons: [`--config ${path}: it cannot be read: ${reason}`] };
  }
}

/** Help of a setting: what it is, its environment, its default. */
export function helpOf({
  flag,
  help,
  environment,
  fallback,
  fallbackHelp,
}: Setting<unknown>): string {
  const standard = fallbackHelp ?? fallback;
  const notes = [
    ...(flag === undefined || environment.length === 0 ? [] : [environment.join(', ')]),
    ...(standard === undefined ? [] : [`default: ${standard}`]),
  ];
  return notes.length === 0 ? help : `${help} (${notes.join('; ')})`;
}

function namedSettings(names: readonly SettingName[]): readonly Setting<unknown>[] {
  return names.map((name) => SETTINGS[name]);
}

/** The name under which commander keeps an option. */
function camelCase(flag: string): string {
  return flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
