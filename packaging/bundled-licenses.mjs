/** The licences of the npm packages that are inside of dist/, which all ask to be handed on. As a command it prints them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Name, version and terms of each package in the bundle, in the order of their names. */
export function bundledLicenses(root) {
  const folders = JSON.parse(readFileSync(join(root, 'dist/packages.json'), 'utf8'));
  return folders.map((folder) => sectionOf(join(root, folder))).join('');
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  // The Apache License is on every Debian system; what goes with it (NOTICE) is not.
  const wanted = license === 'Apache-2.0' ? /^notice/i : /^licen[cs]e/i;
  const texts = readdirSync(folder)
    .filter((entry) => wanted.test(entry))
    .map((entry) => `\n${readFileSync(join(folder, entry), 'utf8').trim()}\n`);
  return `\n${'-'.repeat(76)}\n${name} ${version}: ${license}\n${texts.join('')}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(bundledLicenses(fileURLToPath(new URL('../', import.meta.url))));
}
