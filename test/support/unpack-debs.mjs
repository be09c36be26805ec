/**
 * Debian's packages of any release, unpacked to a folder of `.tools/` and not installed. The folder appears by one rename, so that
 * whoever shares `.tools/` finds a whole one or none.
 */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { aptOptions, mirror, root, run } from './set-up-steps.mjs';

/** Where everything is unpacked. */
export const tools = join(root, '.tools');
const debianKeyRing = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Fetches `packages` (by the part of the folder that each list is for) and unpacks them.
 *
 * @param finish - makes the rest: it is given the folder in the making, and what unpacks further packages to a part of it
 */
export function unpackDebs({ folder, release, packages }, finish) {
  mkdirSync(tools, { recursive: true });
  const work = mkdtempSync(join(tools, 'download-'));
  const unpacked = join(work, 'unpacked');
  try {
    const options = sourceOf(release, work);
    const download = (part, names) => downloadTo(join(unpacked, part), names, { options, work });
    for (const [part, names] of Object.entries(packages)) {
      download(part, names);
    }
    finish(unpacked, download);
    moveInto(unpacked, join(tools, folder), join(work, 'old'));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function downloadTo(target, names, { options, work }) {
  const debs = mkdtempSync(join(work, 'debs-'));
  mkdirSync(target, { recursive: true });
  run('apt-get', [...aptOptions, ...options, 'download', ...names], {}, debs);
  const files = readdirSync(debs).filter((name) => name.endsWith('.deb'));
  for (const file of files) {
    run('dpkg', ['-x', join(debs, file), target]);
  }
}

/** Options that make apt look at one release and nothing else; the machine's own lists stay as they are. */
function sourceOf(release, work) {
  const list = join(work, 'sources.list');
  writeFileSync(list, `deb [signed-by=${debianKeyRing}] ${mirror()} ${release} main\n`);
  mkdirSync(join(work, 'lists/partial'), { recursive: true });
  mkdirSync(join(work, 'cache/archives/partial'), { recursive: true });
  const options = [
    ['Dir::Etc::sourcelist', list],
    ['Dir::Etc::sourceparts', '/dev/null'],
    ['Dir::Etc::preferencesparts', '/dev/null'],
    ['Dir::State::Lists', join(work, 'lists')],
    ['Dir::Cache', join(work, 'cache')],
  ].flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  run('apt-get', [...aptOptions, ...options, 'update']);
  return options;
}

/** Puts a folder in its place, in place of what was there. */
function moveInto(fresh, place, old) {
  try {
    renameSync(place, old);
  } catch (error) {
    if (error.code !== 'ENOENT') {
      throw error;
    }
  }
  try {
    renameSync(fresh, place);
  } catch (error) {
    // Somebody who shares the folder was first with the same.
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') {
      throw error;
    }
  }
}
