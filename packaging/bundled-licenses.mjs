/** The licences of the npm packages that are inside of dist/main.js, which all ask to be handed on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Name, version and terms of each package in the bundle, in the order of their names. */
export function bundledLicenses(root) {
  const folders = JSON.parse(readFileSync(join(root, 'dist/packages.json'), 'utf8'));
  return folders.map((folder) => sectionOf(join(root, folder))).join('');
}

function sectionOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  return `\n${'-'.repeat(76)}\n${name} ${version}: ${license}\n${text}`;
}
