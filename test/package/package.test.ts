/** The Debian package: what is in it, and what installing, upgrading and removing it does on a Debian with systemd. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import {
  builtPackages,
  install,
  installedMachine,
  servedMachine,
  sharedMachine,
  useDropIn,
} from '../support/birdkeeper-machine.js';
import { runCommand } from '../support/command.js';
import { debianMachine } from '../support/debian-machine.js';
import { buildPackage, putPackage } from '../support/debian-package.js';

/** The version of the package to upgrade to. */
const NEXT_VERSION = '99.0.0';

const packages = builtPackages();
let next = '';
beforeAll(async () => {
  next = await putPackage(packages.dir, NEXT_VERSION);
});
const settings = '/etc/default/birdkeeper';

test('the same sources give the same bytes', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'birdkeeper-again-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));

  const again = await buildPackage(dir);

  const bytes = readFileSync(join(packages.dir, packages.current));
  expect(readFileSync(join(dir, again)).equals(bytes)).toBe(true);
});

test('all files are of root, and the settings are told as such', async () => {
  const file = join(packages.dir, packages.current);

  const contents = (await runCommand('dpkg-deb', ['--contents', file])).trim().split('\n');
  const conffiles = await runCommand('dpkg-deb', ['--info', file, 'conffiles']);

  expect(contents.filter((line) => !line.includes(' root/root '))).toEqual([]);
  expect(conffiles.trim().split('\n')).toEqual([
    '/etc/birdkeeper/birdkeeper.yaml',
    settings,
    ...['start-bird', 'bgp-port', 'stop-bird'].map((name) => `/etc/birdkeeper/bird/${name}`),
  ]);
});

describe('on a machine where nothing runs', () => {
  const installed = sharedMachine((atEnd) => installedMachine(packages, { atEnd }));

  test('installing makes user and folder, and neither enables nor starts anything', async () => {
    const { machine } = installed;

    expect(await machine.run('systemctl is-enabled birdkeeper || true')).toBe('disabled');
    expect(await machine.property('birdkeeper', 'ActiveState')).toBe('inactive');
    expect(await machine.property('bird', 'ActiveState')).toBe('inactive');
    expect(await machine.run('id -nG birdkeeper')).toBe('birdkeeper bird');
    expect(await machine.run('stat -c "%U:%G %a" /etc/birdkeeper/config')).toBe(
      'birdkeeper:bird 2750',
    );
    expect(await machine.run('dpkg --verify birdkeeper')).toBe('');
    expect(await machine.run('birdkeeper --version')).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test('an upgrade leaves a birdkeeper alone that does not run', async () => {
    const { machine } = installed;

    await install(machine, next);

    expect(await machine.property('birdkeeper', 'ActiveState')).toBe('inactive');
  });

  test("purging leaves an administrator's own files", async () => {
    const { machine } = installed;
    const own = ['/etc/birdkeeper/templates/partials/timers.hbs', '/etc/birdkeeper/config/notes'];
    for (const file of own) {
      await machine.run(`mkdir -p $(dirname ${file}); touch ${file}`);
    }

    await machine.run('dpkg --purge birdkeeper');

    expect(await machine.run('find /etc/birdkeeper -type f | sort')).toBe(
      [...own].sort().join('\n'),
    );
    expect(await machine.run('find /etc/birdkeeper -nouser')).toBe('');
  });
});

describe('on a machine that it serves', () => {
  const served = sharedMachine((atEnd) => servedMachine(packages, { atEnd }));

  test('an upgrade keeps changed settings and restarts a birdkeeper that runs, and BIRD runs on', async () => {
    const { machine } = served;
    await machine.run(`echo BIRDKEEPER_LOG_LEVEL=debug >>${settings}`);
    const birdkeeper = await machine.property('birdkeeper', 'MainPID');
    const bird = await machine.property('bird', 'MainPID');

    await install(machine, next);

    expect(await machine.run('dpkg --status birdkeeper')).toContain(`Version: ${NEXT_VERSION}`);
    expect(await machine.run(`tail -n 1 ${settings}`)).toBe('BIRDKEEPER_LOG_LEVEL=debug');
    expect(await machine.property('birdkeeper', 'ActiveState')).toBe('active');
    expect(await machine.property('birdkeeper', 'MainPID')).not.toBe(birdkeeper);
    expect(await machine.property('bird', 'MainPID')).toBe(bird);
  });

  test('an upgrade leaves a birdkeeper alone that could not start again with its settings', async () => {
    const { machine } = served;
    await machine.run(`echo BIRDKEEPER_ROLE=reflector >>${settings}`);
    const birdkeeper = await machine.property('birdkeeper', 'MainPID');

    const said = await machine.run('dpkg-reconfigure --frontend noninteractive birdkeeper');

    expect(said).toContain('--role reflector needs an address');
    expect(said).toContain('mend them, then: systemctl restart birdkeeper');
    expect(await machine.property('birdkeeper', 'MainPID')).toBe(birdkeeper);
    await machine.run(`sed -i '$d' ${settings}`);
  });

  test('an upgrade that cannot try the settings says why, and leaves the birdkeeper that runs', async () => {
    const { machine } = served;
    const birdkeeper = await machine.property('birdkeeper', 'MainPID');
    const noSystemd = '/usr/local/bin/systemd-run';
    await machine.run(
      `printf '#!/bin/sh\necho no such bus >&2\nexit 1\n' >${noSystemd}; chmod 755 ${noSystemd}`,
    );

    const said = await machine.run('dpkg-reconfigure --frontend noninteractive birdkeeper');

    expect(said).toContain('no such bus');
    expect(said).toContain('or could not try them');
    expect(await machine.property('birdkeeper', 'MainPID')).toBe(birdkeeper);
    await machine.run(`rm ${noSystemd}`);
  });

  test('removing stops birdkeeper and leaves BIRD with what it runs', async () => {
    const { machine } = served;
    const bird = await machine.property('bird', 'MainPID');

    await machine.run('dpkg --remove birdkeeper');

    expect(await machine.run('pgrep --exact birdkeeper || true')).toBe('');
    expect(await machine.property('bird', 'MainPID')).toBe(bird);
    expect(await machine.run('birdc configure')).toContain('Reconfigured');
    await machine.run('systemctl restart bird');
    await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  });
});

test('purging leaves nothing behind, tells who still reads the configuration, and leaves BIRD alone', async () => {
  const machine = await debianMachine(packages.dir);
  const files = 'find /etc /usr /var /opt -xdev ! -path "/var/l*/*" | sort';
  const before = await machine.run(files);
  await install(machine, packages.current);
  await useDropIn(machine);
  await machine.run('systemctl enable --now etcd bird birdkeeper');
  await machine.until('birdc show status', /up and running/);
  const bird = await machine.property('bird', 'MainPID');

  const said = await machine.run('dpkg --purge birdkeeper');

  expect(said).toContain('by: /etc/systemd/system/bird.service.d/birdkeeper.conf');
  expect(await machine.property('bird', 'MainPID')).toBe(bird);
  expect(await machine.run('birdc show status')).toContain('up and running');
  expect(await machine.run('id birdkeeper || true')).toContain('no such user');
  expect(await machine.run('id -nG bird')).toBe('bird');
  await machine.run('systemctl disable etcd bird; rm -r /etc/systemd/system/bird.service.d');
  expect(await machine.run(files)).toBe(before);
});
