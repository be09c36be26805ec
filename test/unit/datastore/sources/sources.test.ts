import { appendFile, mkdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import { type SourceSettings, Sources } from '../../../../src/datastore/sources/sources.js';
import { folderForTest } from '../../../support/folder.js';
import { waitFor } from '../../../support/wait-for.js';

const PARTS = { clock: systemClock, logger: silentLogger };

/** Contents by key without the setting and `root`; `!` and the reason for what can't be read. */
function contentsOf(sources: Sources, root: string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    [...sources.entries()].map(([key, content]) => [
      key.replace(/^[a-z-]+:/, '').replace(`${root}/`, ''),
      content.ok ? content.value : `!${content.reason}`,
    ]),
  );
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** Sources that are followed, and a wait for what they hold. */
function followed(settings: SourceSettings, root: string) {
  const sources = new Sources(settings, PARTS);
  const end = new AbortController();
  let isRead = false;
  const following = sources.follow(() => {
    isRead = true;
  }, end.signal);
  onTestFinished(async () => {
    end.abort();
    await following;
  });
  const holds = (key: string, text: string | undefined) =>
    waitFor(() => isRead && contentsOf(sources, root)[key] === text, {
      what: `${key} to be ${text}`,
    });
  const firstRead = () => waitFor(() => isRead, { what: 'the first read' });
  return { sources, holds, firstRead };
}

/** Writes a secret as the kubelet does: a new folder, and one rename of the link that leads to it. */
async function mountSecret(folder: string, version: number, keys: Record<string, string>) {
  await mkdir(folder, { recursive: true });
  const data = `..2026_01_0${version}`;
  for (const [key, text] of Object.entries(keys)) {
    await put(join(folder, data, key), text);
  }
  const before = await readlink(join(folder, '..data')).catch(() => undefined);
  await symlink(data, join(folder, '..data_tmp'));
  await rename(join(folder, '..data_tmp'), join(folder, '..data'));
  for (const key of Object.keys(keys)) {
    await symlink(join('..data', key), join(folder, key)).catch(() => {});
  }
  if (before !== undefined) {
    await rm(join(folder, before), { recursive: true });
  }
}

describe('a folder of secrets', () => {
  const settings = (dir: string) => ({ secrets: { folder: dir, namespace: 'kube-system' } });

  test('holds NAME/KEY, and NAMESPACE/NAME/KEY of its namespace', async () => {
    const dir = await folderForTest();
    await put(join(dir, 'bgp/tor'), 'one');
    await put(join(dir, 'kube-system/rr/key'), 'two');
    await put(join(dir, 'kube-system/plain'), 'three');
    await put(join(dir, 'default/rr/key'), 'of another namespace');
    await put(join(dir, 'stray'), 'no secret');
    await mountSecret(join(dir, 'mounted'), 1, { password: 'four', '.hidden': 'five' });
    await symlink('/nowhere', join(dir, 'bgp/dangling'));

    const sources = new Sources(settings(dir), PARTS);
    await sources.read();

    expect(contentsOf(sources, dir)).toEqual({
      'bgp/tor': 'one',
      'kube-system/rr/key': 'two',
      'kube-system/plain': 'three',
      'mounted/password': 'four',
      'mounted/.hidden': 'five',
    });
    expect(sources.unknown()).toEqual([]);
    expect(sources.problems()).toEqual([]);
  });

  test('one file that is unreadable, too large or no text is told alone', async () => {
    const dir = await folderForTest();
    await put(join(dir, 'bgp/good'), 'one');
    await put(join(dir, 'bgp/large'), 'x'.repeat(70_000));
    await writeFile(join(dir, 'bgp/binary'), Buffer.from([0x61, 0xff]));
    await symlink('loop', join(dir, 'bgp/loop'));

    const sources = new Sources(settings(dir), PARTS);
    await sources.read();

    expect(contentsOf(sources, dir)).toEqual({
      'bgp/good': 'one',
      'bgp/large': '!it has more than 65536 bytes',
      'bgp/binary': '!it is not text in UTF-8',
      'bgp/loop': '!it cannot be read: ELOOP',
    });
  });

  test('that is missing is unknown, and that is a problem; later it keeps what it said', async () => {
    const dir = join(await folderForTest(), 'missing');
    const sources = new Sources(settings(dir), PARTS);
    await sources.read();

    const problems = [{ code: 'source-missing', key: `secrets-dir:${dir}` }];
    expect(sources.unknown()).toEqual([`secrets-dir:${dir}/`]);
    expect(sources.problems()).toMatchObject(problems);

    await put(join(dir, 'bgp/tor'), 'one');
    await sources.read();
    await rm(dir, { recursive: true });
    await sources.read();
    expect(contentsOf(sources, dir)).toEqual({ 'bgp/tor': 'one' });
    expect(sources.problems()).toMatchObject(problems);

    await mkdir(dir);
    await sources.read();
    expect(contentsOf(sources, dir)).toEqual({});
    expect(sources.problems()).toEqual([]);
  });

  test('that cannot be read is unknown; later it keeps what it said', async () => {
    const dir = await folderForTest();
    await symlink('loop', join(dir, 'loop'));
    const sources = new Sources(settings(dir), PARTS);
    await sources.read();
    expect(sources.unknown()).toEqual([`secrets-dir:${dir}/`]);
    expect(sources.problems()).toMatchObject([
      {
        code: 'source-unreadable',
        reason: `cannot read ${dir}/loop: ELOOP`,
        action: 'went on with what it said last, if that is known; let birdkeeper read it',
      },
    ]);

    await rm(join(dir, 'loop'));
    await put(join(dir, 'bgp/tor'), 'one');
    await sources.read();
    expect(sources.problems()).toEqual([]);

    await put(join(dir, 'bgp/tor'), 'two');
    await symlink('loop', join(dir, 'loop'));
    await sources.read();
    expect(contentsOf(sources, dir)).toEqual({ 'bgp/tor': 'one' });
    expect(sources.unknown()).toEqual([]);
    expect(sources.problems()).toMatchObject([{ code: 'source-unreadable' }]);
  });

  test('is followed: writes, renames, deletions, and the swap of the kubelet', async () => {
    const dir = await folderForTest();
    await put(join(dir, 'bgp/tor'), 'one');
    await mountSecret(join(dir, 'kube-system/rr'), 1, { key: 'first' });
    const { holds } = followed(settings(dir), dir);
    await holds('bgp/tor', 'one');
    await holds('kube-system/rr/key', 'first');

    await mountSecret(join(dir, 'kube-system/rr'), 2, { key: 'second' });
    await holds('kube-system/rr/key', 'second');
    await mountSecret(join(dir, 'kube-system/rr'), 3, { key: 'third' });
    await holds('kube-system/rr/key', 'third');

    await appendFile(join(dir, 'bgp/tor'), ' more');
    await holds('bgp/tor', 'one more');
    await writeFile(join(dir, 'bgp/new'), 'two');
    await rename(join(dir, 'bgp/new'), join(dir, 'bgp/tor'));
    await holds('bgp/tor', 'two');
    await rm(join(dir, 'bgp/tor'));
    await holds('bgp/tor', undefined);

    await put(join(dir, 'another/key'), 'three');
    await holds('another/key', 'three');
  });

  test('that comes later, goes and comes again is followed', async () => {
    const root = await folderForTest();
    const dir = join(root, 'deep/secrets');
    const { sources, holds, firstRead } = followed(settings(dir), dir);
    await firstRead();

    await put(join(dir, 'bgp/tor'), 'one');
    await holds('bgp/tor', 'one');
    await put(join(dir, 'bgp/tor'), 'two');
    await holds('bgp/tor', 'two');

    await rename(dir, `${dir}.old`);
    await waitFor(() => sources.problems().length === 1, { what: 'the problem' });
    await holds('bgp/tor', 'two');
    await put(join(dir, 'bgp/tor'), 'three');
    await holds('bgp/tor', 'three');
    await put(join(dir, 'bgp/tor'), 'four');
    await holds('bgp/tor', 'four');
  });

  test('that is a link is followed to where it leads now', async () => {
    const root = await folderForTest();
    const dir = join(root, 'secrets');
    await put(join(root, 'a/bgp/tor'), 'one');
    await put(join(root, 'b/bgp/tor'), 'two');
    await symlink('a', dir);
    const { holds } = followed(settings(dir), dir);
    await holds('bgp/tor', 'one');

    await symlink('b', join(root, 'next'));
    await rename(join(root, 'next'), dir);
    await holds('bgp/tor', 'two');
    await put(join(root, 'b/bgp/tor'), 'three');
    await holds('bgp/tor', 'three');
  });
});

describe("Felix's folder", () => {
  test('may be missing; its files are followed, but no half-written ones', async () => {
    const root = await folderForTest();
    const dir = join(root, 'endpoint-status');
    const { sources, holds, firstRead } = followed({ endpointStatusPrefix: root }, dir);
    await firstRead();
    expect(sources.unknown()).toEqual([]);
    expect(sources.problems()).toEqual([]);

    await put(join(dir, 'pod1'), '{}');
    await holds('pod1', '{}');
    await put(join(dir, '.pod2'), '{');
    await rename(join(dir, '.pod2'), join(dir, 'pod2'));
    await holds('pod2', '{');
    expect(contentsOf(sources, dir)).toEqual({ pod1: '{}', pod2: '{' });
    await rm(join(dir, 'pod1'));
    await holds('pod1', undefined);
  });
});

describe('a file of services', () => {
  test('is followed; one that is cut off keeps what it said', async () => {
    const root = await folderForTest();
    const path = join(root, 'services.yaml');
    const service = (name: string) => `kind: Service\nmetadata: {name: ${name}}\n`;
    const { sources, holds, firstRead } = followed({ servicesFile: path }, root);
    await firstRead();
    expect(sources.unknown()).toEqual([`services-file:${path}#`]);
    expect(sources.problems()).toMatchObject([{ code: 'source-missing' }]);

    await put(path, service('web'));
    await holds('services.yaml#default/web', '{"slices":[]}');
    expect(sources.problems()).toEqual([]);

    await put(path, '');
    await waitFor(() => sources.problems().length === 1, { what: 'the problem' });
    await holds('services.yaml#default/web', '{"slices":[]}');

    await writeFile(`${path}.new`, service('other'));
    await rename(`${path}.new`, path);
    await holds('services.yaml#default/web', undefined);
    await holds('services.yaml#default/other', '{"slices":[]}');
    expect(sources.problems()).toEqual([]);
  });
});

test('a file of services that is the same is not taken apart again', async () => {
  const path = join(await folderForTest(), 'services.yaml');
  await put(path, 'kind: Service\nmetadata: {name: web}\n');
  const sources = new Sources({ servicesFile: path }, PARTS);
  const key = `services-file:${path}#default/web`;
  await sources.read();
  const first = sources.entries().get(key);
  await sources.read();

  expect(first).toMatchObject({ ok: true });
  expect(sources.entries().get(key)).toBe(first);
});

test('nothing is read and nothing is waited for when nothing is asked for', () => {
  const sources = new Sources({}, PARTS);
  expect(sources.unknown()).toEqual([]);
  expect(sources.entries().size).toBe(0);
});
