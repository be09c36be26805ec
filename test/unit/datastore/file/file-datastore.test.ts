import { appendFile, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { FileDatastore, type FileOptions } from '../../../../src/datastore/file/file-datastore.js';
import { folderForTest } from '../../../support/folder.js';
import { ManualClock } from '../../../support/manual-clock.js';
import { type Following, follow } from '../../../support/recording-listener.js';
import { waitFor } from '../../../support/wait-for.js';

function followFile(path: string, options: Partial<FileOptions> = {}): Following {
  const parts = { keyPrefixes: ['/'], clock: systemClock, logger: silentLogger, retryMs: 100 };
  const following = follow(new FileDatastore({ path, ...parts, ...options }));
  onTestFinished(() => following.stop());
  return following;
}

test('a file that is missing at first is followed from when it is there', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  const { listener, lost, synced } = followFile(path, { retryMs: 60_000 });

  const { reason, advice } = await lost();
  await writeFile(path, '/a: 1\n');
  await synced();

  expect(reason).toBe(
    `can't read the datastore file ${path}: ENOENT: no such file or directory, open '${path}'`,
  );
  expect(advice).toBe('create the file, let birdkeeper read it, or correct --file');
  expect(listener.model).toEqual(new Map([['/a', '1']]));
});

test('a file in a folder that is missing at first is followed, and so are its later changes', async () => {
  const dir = join(await folderForTest(), 'later');
  const path = join(dir, 'datastore.yaml');
  const { listener, lost, synced, until } = followFile(path, { rereadMs: 60_000 });
  await lost();

  await mkdir(dir);
  await writeFile(path, '/a: 1\n');
  await synced();
  await writeFile(path, '/a: 2\n');
  await until(() => listener.model.get('/a') === '2', { what: 'the change' });
});

test('a file that is replaced by a rename is followed, each time', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 0\n');
  const { listener, synced, until } = followFile(path);
  await synced();

  for (const value of ['1', '2', '3']) {
    await writeFile(`${path}.new`, `/a: ${value}\n`);
    await rename(`${path}.new`, path);
    await until(() => listener.model.get('/a') === value, { what: `value ${value}` });
  }

  expect(listener.snapshots).toHaveLength(1);
});

test('a file behind the symbolic links of a Kubernetes volume is followed, each time', async () => {
  const dir = await folderForTest();
  const swapIn = async (version: string) => {
    await mkdir(join(dir, version));
    await writeFile(join(dir, version, 'datastore.yaml'), `/a: ${version}\n`);
    await symlink(version, join(dir, '..data_tmp'));
    await rename(join(dir, '..data_tmp'), join(dir, '..data'));
  };
  await swapIn('..v0');
  await symlink('..data/datastore.yaml', join(dir, 'datastore.yaml'));
  const { listener, synced, until } = followFile(join(dir, 'datastore.yaml'));
  await synced();

  for (const version of ['..v1', '..v2', '..v3']) {
    await swapIn(version);
    await until(() => listener.model.get('/a') === version, { what: `version ${version}` });
  }
});

test('a file that goes away keeps its last contents, and is followed when it comes back', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 1\n');
  const { listener, lost, synced, until } = followFile(path);
  await synced();

  const isLost = lost();
  await rm(path);
  await isLost;
  const known = [...listener.model];
  await writeFile(path, '/b: 2\n');
  await until(() => listener.model.has('/b'), { what: 'the new contents' });
  await synced();

  expect(known).toEqual([['/a', '1']]);
  expect([...listener.model]).toEqual([['/b', '2']]);
});

test('text that is no YAML is told with line and column, and the last good contents stay', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 1\n');
  const { listener, lost, synced } = followFile(path);
  await synced();

  const isLost = lost();
  await writeFile(path, '/a: 2\n/b: [1, 2\n');
  const { reason, advice } = await isLost;

  expect(reason).toMatch(`${path}:3:1: Flow sequence in block collection must be`);
  expect(advice).toBe('mend the file; until then what was read before stays in force');
  expect([...listener.model]).toEqual([['/a', '1']]);
});

test('an emptied file keeps the last good contents', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 1\n');
  const { listener, lost, synced } = followFile(path);
  await synced();

  const isLost = lost();
  await writeFile(path, '');

  expect((await isLost).reason).toBe(`${path}:1:1: the file is empty; write {} for no entries`);
  expect([...listener.model]).toEqual([['/a', '1']]);
});

test('contents that come back the same, after text that is no YAML, or a touch, are not told', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 1\n');
  const { listener, lost, synced, until } = followFile(path);
  await synced();

  const isLost = lost();
  await writeFile(path, 'a list: [');
  await isLost;
  await writeFile(path, '# a comment\n/a: 1\n');
  await synced();
  await writeFile(path, '/a: 1\n/b: 2\n');
  await until(() => listener.model.has('/b'), { what: 'the change' });

  expect(listener.batches).toEqual([[{ kind: 'put', key: '/b', value: '2' }]]);
  expect(listener.snapshots).toHaveLength(1);
});

test('changes are told sorted by key', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/b: 1\n/z: 1\n');
  const { listener, synced, until } = followFile(path);
  await synced();

  await writeFile(path, '/z: 2\n/a: 1\n/m: 1\n');
  await until(() => listener.changeCount > 0, { what: 'the changes' });

  expect(listener.batches[0]?.map((change) => `${change.kind} ${change.key}`)).toEqual([
    'put /a',
    'delete /b',
    'put /m',
    'put /z',
  ]);
});

test('a writer that takes its time is waited for', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  await writeFile(path, '/a: 1\n');
  const clock = new ManualClock();
  const { listener, synced, until } = followFile(path, { clock });
  await synced();

  // In place, line by line, as a shell's ">>" does.
  for (const line of ['/b: 2\n', '/c: 3\n', '/d: 4\n']) {
    await appendFile(path, line);
    await waitFor(() => clock.untilNextMs < 1_000, { what: 'the change to be noticed' });
    clock.advance(10);
    // Whoever did not wait would read now.
    await readFile(path);
    await readFile(path);
  }
  const isTold = (): boolean => {
    clock.advance(10);
    return listener.model.has('/d');
  };
  await until(isTold, { what: 'the last line' });

  expect(listener.batches).toHaveLength(1);
});

test('a Calico v3 resource is reported once, and the rest of the file is followed', async () => {
  const path = join(await folderForTest(), 'datastore.yaml');
  const resource = 'apiVersion: projectcalico.org/v3\nkind: BGPPeer\nmetadata: {name: tor-1}\n';
  await writeFile(path, `/a: 1\n---\n${resource}`);
  const warnings: object[] = [];
  const logger = { ...silentLogger, warn: (fields: object) => void warnings.push(fields) };
  const { listener, synced, until, stop } = follow(
    new FileDatastore({ path, keyPrefixes: ['/'], clock: systemClock, logger }),
  );
  onTestFinished(stop);
  await synced();

  await writeFile(path, `/a: 2\n---\n${resource}`);
  await until(() => listener.model.get('/a') === '2', { what: 'the change' });

  expect(warnings).toEqual([expect.objectContaining({ path, resource: 'BGPPeer tor-1' })]);
  expect(listener.lastState).toEqual({ kind: 'synced' });
});
