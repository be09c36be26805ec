/** What an edit leaves of a file that people keep by hand. */
import { mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeLock } from '../../../../src/datastore/file/edit-lock.js';
import { commitToFile } from '../../../../src/datastore/file/file-editor.js';
import { parseEntries } from '../../../../src/datastore/file/parse-entries.js';
import { folderForTest } from '../../../support/folder.js';

const TEXT = `# Kept by the network team.
/a/1: one # the first
/a/2: { enabled: true }
---
apiVersion: projectcalico.org/v3
kind: BGPPeer
metadata: { name: tor-1 }
---
# more
/b/1: 'it''s'
`;

/** A datastore file in a folder of its own, and what a reader has of it. */
async function fileForTest(text = TEXT) {
  const dir = await folderForTest();
  const path = join(dir, 'datastore.yaml');
  await writeFile(path, text, { mode: 0o640 });
  const parsed = parseEntries(text);
  const entries = parsed.ok ? [...parsed.value.entries] : [];
  const basis = { revision: '1', entries: entries.map(([key, value]) => ({ key, value })) };
  return { dir, path, basis };
}

test('comments, order, resources, other keys and the mode stay as they are', async () => {
  const { dir, path, basis } = await fileForTest();

  const changes = [
    { kind: 'put', key: '/a/1', value: '{"ip":"10.0.0.1"}' },
    { kind: 'delete', key: '/b/1' },
    { kind: 'put', key: '/c/1', value: 'new: text' },
  ] as const;
  expect(await commitToFile(path, { basis, changes, reliesOn: [] })).toBe('committed');

  const text = await readFile(path, 'utf8');
  expect(text).toContain('# Kept by the network team.\n');
  expect(text).toContain(`/a/1: '{"ip":"10.0.0.1"}' # the first\n/a/2: { enabled: true }\n`);
  expect(text).toContain('kind: BGPPeer\n');
  const parsed = parseEntries(text);
  expect(parsed.ok && Object.fromEntries(parsed.value.entries)).toEqual({
    '/a/1': '{"ip":"10.0.0.1"}',
    '/a/2': '{"enabled":true}',
    '/c/1': 'new: text',
  });
  expect((await stat(path)).mode & 0o777).toBe(0o640);
  expect(await readdir(dir)).toEqual(['datastore.yaml']);
});

test('a file of comments alone takes its first key', async () => {
  const { path, basis } = await fileForTest('# nothing yet\n');

  const changes = [{ kind: 'put', key: '/a/1', value: 'one' }] as const;
  expect(await commitToFile(path, { basis, changes, reliesOn: [] })).toBe('committed');

  expect(await readFile(path, 'utf8')).toMatch(/^# nothing yet\n+\/a\/1: one\n$/);
});

test('a file of resources alone takes its first key in a document of its own', async () => {
  const resource = 'apiVersion: projectcalico.org/v3\nkind: BGPPeer\n';
  const { path, basis } = await fileForTest(resource);

  const changes = [{ kind: 'put', key: '/a/1', value: 'one' }] as const;
  expect(await commitToFile(path, { basis, changes, reliesOn: [] })).toBe('committed');

  expect(await readFile(path, 'utf8')).toBe(`${resource}---\n/a/1: one\n`);
});

test('behind a symbolic link the file changes, and the link stays', async () => {
  const { dir, path, basis } = await fileForTest();
  const link = join(dir, 'link.yaml');
  await symlink('datastore.yaml', link);

  const changes = [{ kind: 'put', key: '/a/1', value: 'eins' }] as const;
  await commitToFile(link, { basis, changes, reliesOn: [] });

  expect(await readFile(path, 'utf8')).toContain('/a/1: eins');
  expect((await readdir(dir, { withFileTypes: true })).map((f) => f.isSymbolicLink())).toEqual([
    false,
    true,
  ]);
});

test('a file that is no datastore is left alone, with line and column', async () => {
  const { path, basis } = await fileForTest();
  await writeFile(path, 'a: [');

  const changes = [{ kind: 'put', key: '/a/1', value: 'eins' }] as const;
  await expect(commitToFile(path, { basis, changes, reliesOn: [] })).rejects.toMatchObject({
    name: 'DatastoreError',
    message: expect.stringMatching(/datastore\.yaml:1:5: /),
    advice: expect.stringContaining('nothing was changed'),
  });
  expect(await readFile(path, 'utf8')).toBe('a: [');
});

/** The lock's folder of a file, and its age set to more than its lease. */
function lockFolder(dir: string): string {
  return join(dir, '.datastore.yaml.birdkeeper-edit');
}
async function age(folder: string): Promise<void> {
  const longAgo = new Date(Date.now() - 60_000);
  await utimes(folder, longAgo, longAgo);
}

test('what another editor has in hand is waited for, and what a dead one left is cleared away', async () => {
  const { dir, path, basis } = await fileForTest();
  const other = await takeLock(path);
  const edit = {
    basis,
    changes: [{ kind: 'put', key: '/a/1', value: 'eins' }] as const,
    reliesOn: [],
  };

  expect(await commitToFile(path, edit)).toBe('overtaken');
  expect(await readdir(lockFolder(dir))).toHaveLength(1);

  await age(lockFolder(dir));
  expect(await commitToFile(path, edit)).toBe('overtaken');
  expect(await commitToFile(path, edit)).toBe('committed');
  expect(await readdir(dir)).toEqual(['datastore.yaml']);
  await other?.release();
});

test('an editor that stalls publishes neither its own text nor that of a rival', async () => {
  const { dir, path } = await fileForTest();
  const stalled = await takeLock(path);
  await stalled?.file.writeFile('/a/1: from the stalled one\n');
  await age(lockFolder(dir));
  expect(await takeLock(path)).toBeUndefined();
  const rival = await takeLock(path);
  await rival?.file.writeFile('half of the rival');

  expect(await stalled?.publish()).toBe(false);
  await stalled?.release();

  expect(await readFile(path, 'utf8')).toBe(TEXT);
  expect(await takeLock(path)).toBeUndefined();
  expect(await rival?.publish()).toBe(true);
  await rival?.release();
  expect(await readFile(path, 'utf8')).toBe('half of the rival');
  expect(await readdir(dir)).toEqual(['datastore.yaml']);
});

test('a folder in the place of the file is told as such', async () => {
  const dir = await folderForTest();
  const path = join(dir, 'datastore.yaml');
  await mkdir(path);

  const edit = { basis: { revision: '1', entries: [] }, changes: [], reliesOn: [] };
  await expect(commitToFile(path, edit)).rejects.toMatchObject({
    message: expect.stringContaining('EISDIR'),
    advice: expect.stringContaining('--file'),
  });
});
