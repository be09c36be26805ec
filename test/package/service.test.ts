/** birdkeeper.service under a real systemd, beside Debian's own bird.service. */
import { describe, expect, test } from 'vitest';
import {
  addNode,
  builtPackages,
  installedMachine,
  RESTARTED_ONCE,
  servedMachine,
  sharedMachine,
  useDropIn,
} from '../support/birdkeeper-machine.js';
import type { DebianMachine } from '../support/debian-machine.js';

const packages = builtPackages();
const unit = 'birdkeeper.service';

test('BIRD that was started first waits for a configuration, and what etcd is told reaches it', async () => {
  const machine = await installedMachine(packages);
  await useDropIn(machine);
  await machine.run('systemctl start bird etcd; ip address add 172.17.42.31/24 dev lo');

  await machine.run('systemctl start birdkeeper');
  expect(await machine.property(unit, 'ActiveState')).toBe('active');
  await addNode(machine, 'node1', '172.17.42.31');
  await addNode(machine, 'node2', '172.17.42.32');

  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  await machine.until(
    `systemctl show --value --property StatusText ${unit}`,
    /^generation \d+, 1 sessions planned, 0 problems$/,
  );
  expect(await warnings(machine)).toEqual([]);
});

describe('beside a BIRD that runs what it writes', () => {
  const served = sharedMachine((atEnd) => servedMachine(packages, { atEnd }));

  test('the service can write where BIRD reads and nowhere else', async () => {
    const { machine } = served;
    const pid = await machine.property(unit, 'MainPID');
    const root = `/proc/${pid}/root`;

    expect(await machine.run(`touch ${root}/etc/birdkeeper/config/x`)).toBe('');
    for (const folder of ['/etc/birdkeeper', '/var/lib', '/usr']) {
      expect(await machine.run(`touch ${root}${folder}/x || true`)).toContain('Read-only');
    }
    expect(await machine.run(`grep -E '^(CapEff|NoNewPrivs)' /proc/${pid}/status`)).toMatch(
      /CapEff:\t0+\nNoNewPrivs:\t1/,
    );
  });

  test('killed, it is started again and goes on where it was, and BIRD notices nothing', async () => {
    const { machine } = served;
    const before = await birdFacts(machine);
    const pid = await machine.property(unit, 'MainPID');

    await machine.run(`systemctl kill --signal KILL ${unit}`);
    await machine.until(`systemctl show --property NRestarts,ActiveState ${unit}`, RESTARTED_ONCE);
    expect(await machine.property(unit, 'MainPID')).not.toBe(pid);
    expect(await birdFacts(machine)).toEqual(before);

    await addNode(machine, 'node3', '172.17.42.33');
    await machine.until('birdc show protocols', /Mesh_172_17_42_33/);
    expect(await birdFacts(machine)).toEqual(before);
  });

  test('stopped, it leaves BIRD as it is; BIRD stopped and started leaves it as it is', async () => {
    const { machine } = served;
    const before = await birdFacts(machine);

    await machine.run(`systemctl stop ${unit}`);
    expect(await machine.property(unit, 'Result')).toBe('success');
    expect(await birdFacts(machine)).toEqual(before);

    await machine.run(`systemctl start ${unit}`);
    const pid = await machine.property(unit, 'MainPID');
    await machine.run('systemctl restart bird');
    await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
    expect(await machine.property(unit, 'MainPID')).toBe(pid);
  });

  test('a reload reads the settings anew in the same process', async () => {
    const { machine } = served;
    const pid = await machine.property(unit, 'MainPID');
    await machine.run('echo "listen: 127.0.0.1:9999" >>/etc/birdkeeper/birdkeeper.yaml');

    await machine.run(`systemctl reload ${unit}`);

    await machine.until('ss --listening --tcp --numeric --no-header', /127\.0\.0\.1:9999/);
    await machine.until(
      `systemctl show --property ActiveState,SubState ${unit}`,
      /active.*running/s,
    );
    expect(await machine.property(unit, 'MainPID')).toBe(pid);
  });
});

/** What must not change when birdkeeper comes and goes: BIRD's process, and since when its session is as it is. */
async function birdFacts(machine: DebianMachine): Promise<unknown> {
  return {
    pid: await machine.property('bird', 'MainPID'),
    session: (await machine.run('birdc show protocols Mesh_172_17_42_32'))
      .split('\n')
      .at(-1)
      ?.slice(0, 60),
  };
}

/** Lines of its log that say that systemd or the file system did not let it do something. */
async function warnings(machine: DebianMachine): Promise<readonly string[]> {
  const lines = await machine.journal('birdkeeper');
  return lines.filter((line) => /EPERM|EACCES|EROFS|could not be told/.test(line));
}
