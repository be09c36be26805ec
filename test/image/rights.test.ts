/** What BIRD, which faces the network, may see and do in the reflector, and what becomes of folders that somebody mounts. */
import { chmod, chown, mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withContainer } from '../support/container.js';
import { folderForTest } from '../support/folder.js';
import { builtImage, podman } from '../support/image.js';
import { REFLECTOR_ENVIRONMENT, withReflector } from '../support/reflector-container.js';
import { waitFor } from '../support/wait-for.js';

const SECRET = 'etcd-password-of-the-test';
const FOLDER_MODES = 0o7777;

const image = builtImage();

test("BIRD in the reflector sees nothing of birdkeeper's environment, and can't write its configuration", async () => {
  const options = ['--privileged', ...REFLECTOR_ENVIRONMENT, '-e', `EXTRA_SECRET=${SECRET}`];
  await withReflector(image, options, async ({ reflector }) => {
    await waitFor(async () => (await reflector.logs()).includes('"outcome":"applied"'), {
      what: 'the first configuration',
    });
    await waitFor(() => reflector.pidOf('bird'), { what: 'BIRD' });
    const asBird = (script: string) =>
      podman([
        'exec',
        '--user',
        'bird',
        '--env',
        'EXTRA_SECRET=',
        reflector.name,
        'sh',
        '-c',
        script,
      ]);
    const environment = async (id: string | number) =>
      asBird(`cat /proc/${id}/environ 2>&1 || true`);

    const birdkeeper = await reflector.pidOf('birdkeeper');
    // It has the secret; so that not seeing it means something.
    expect(await reflector.exec('cat', `/proc/${birdkeeper}/environ`)).toContain(SECRET);
    expect(await environment(birdkeeper)).toContain('Permission denied');
    expect(await environment(1)).toContain('Permission denied');
    const ofBird = await reflector.exec('cat', `/proc/${await reflector.pidOf('bird')}/environ`);
    expect(ofBird).toContain('BIRD_MARK=');
    expect(ofBird).not.toContain(SECRET);

    expect(await asBird('wc -l </etc/birdkeeper/config/bird.cfg')).toMatch(/^[1-9]/);
    for (const file of ['new', 'bird.cfg', '.birdkeeper/new', '.birdkeeper/current/bird.cfg']) {
      const written = asBird(`echo >>/etc/birdkeeper/config/${file}`);
      await expect(written, file).rejects.toThrow(/Permission denied|cannot create/);
    }
  });
});

test('a folder that an operator mounts keeps its rights, and the log says what it lacks', async () => {
  const dir = await folderForTest();
  const folder = join(dir, 'config');
  await mkdir(folder);
  await chown(folder, 0, 0);
  await chmod(folder, 0o755);
  const options = ['-v', `${folder}:/etc/birdkeeper/config`, ...REFLECTOR_ENVIRONMENT];
  await withContainer({ image: image.name, options }, async (container) => {
    const said = "birdkeeper (180:180) can't write to /etc/birdkeeper/config";
    await waitFor(async () => (await container.logs()).includes(said), { what: said });
    const { uid, gid, mode } = await stat(folder);
    expect([uid, gid, mode & FOLDER_MODES]).toEqual([0, 0, 0o755]);
  });

  await writeFile(join(folder, 'of-the-operator'), '');
  await chown(folder, 180, 179);
  await chmod(folder, 0o2750);
  await withContainer({ image: image.name, options }, async (container) => {
    const ready = async () => (await container.logs()).includes('"msg":');
    await waitFor(ready, { what: 'birdkeeper to start' });
    expect(await container.logs()).not.toContain('prepare-folders:');
  });
});

test('the image has the licences of what it ships', async () => {
  const files = ['bird2', 'runit', 'tini', 'birdkeeper']
    .map((name) => `/usr/share/doc/${name}/copyright`)
    .concat('/usr/share/doc/node/LICENSE', '/usr/lib/birdkeeper/LICENSE');
  const options = ['--entrypoint', 'sleep'];
  await withContainer({ image: image.name, options, args: ['infinity'] }, async (container) => {
    for (const file of files) {
      expect((await container.exec('wc', '-c', file)).trim(), file).toMatch(/^[1-9]\d{2,} /);
    }
    const bundled = await container.exec('cat', '/usr/share/doc/birdkeeper/copyright');
    expect(bundled).toContain('commander ');
  });
});
