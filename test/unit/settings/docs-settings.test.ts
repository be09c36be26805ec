import { test } from 'vitest';
import type { Setting } from '../../../src/settings/setting.js';
import { SETTINGS } from '../../../src/settings/settings.js';
import { expectCurrentDoc, markdownTable } from '../../support/generated-doc.js';

const INTRODUCTION = `<!-- Made from src/settings/settings.ts by "npm run docs"; a test compares. -->
# Settings

Options beat the environment, the environment beats the file of \`--config\`, which beats defaults. A variable that is
empty counts as not set. \`--config\` is a YAML file with one entry for each option, named as the option is, without
dashes in front: \`output-dir: /etc/bird\`. Lists are lists there, or text with commas.

Every command that reads the datastore takes all options. Wrong settings are told all at once, with exit status 2; with
SIGHUP they are told in the log, and the old ones stay.
`;

function row({ flag, placeholder, environment, fallback, fallbackHelp, help }: Setting<unknown>) {
  const code = (text: string): string => `\`${text}\``;
  return [
    flag === undefined ? '' : code(`--${flag} ${placeholder}`),
    environment.map(code).join(', '),
    // A description is for people, a value for machines.
    fallbackHelp ?? (fallback === undefined ? '' : code(fallback)),
    help,
  ];
}

test('docs/settings.md has every setting as the code declares it', async () => {
  const rows = Object.values<Setting<unknown>>(SETTINGS).map(row);
  const table = markdownTable(['option', 'environment', 'default', 'what'], rows);

  await expectCurrentDoc('settings.md', `${INTRODUCTION}\n${table}\n`);
});
