/** What birdkeeper.service does under a real systemd when something is wrong; the tests share a machine, in this order. */
import { expect, test } from 'vitest';
import {
  builtPackages,
  installedMachine,
  RESTARTED_ONCE,
  sharedMachine,
} from '../support/birdkeeper-machine.js';

const packages = builtPackages();
const installed = sharedMachine((atEnd) => installedMachine(packages, { atEnd }));
const unit = 'birdkeeper.service';

test('the unit has no errors, and systemd finds that it exposes little', async () => {
  const { machine } = installed;

  expect(await machine.run(`systemd-analyze verify --man=no ${unit}`)).toBe('');
  expect(await machine.run(`systemd-analyze verify --man=no bird.service`)).toBe('');
  const file = `/usr/lib/systemd/system/${unit}`;
  const security = `systemd-analyze security --offline=true --threshold=20 ${file}`;
  expect(await machine.run(security)).toContain('Overall exposure level');
});

test('wrong settings are said once, and not tried again', async () => {
  const { machine } = installed;
  await machine.run('echo BIRDKEEPER_ROLE=reflector >>/etc/default/birdkeeper');

  const said = await machine.run(`systemctl start ${unit} || true`);

  expect(said).toContain('exited with error code');
  expect(await machine.property(unit, 'ExecMainStatus')).toBe('2');
  expect(await machine.property(unit, 'ActiveState')).toBe('failed');
  expect(await machine.property(unit, 'NRestarts')).toBe('0');
  expect(await machine.journal('birdkeeper')).toEqual([
    expect.stringContaining('--role reflector needs an address: --ip or --ip6 (IP, IP6)'),
  ]);
  await machine.run(`sed -i '$d' /etc/default/birdkeeper; systemctl reset-failed ${unit}`);
});

test('a folder that it may not write to is said, and tried again until that is mended', async () => {
  const { machine } = installed;
  await machine.run('chown root /etc/birdkeeper/config');
  await machine.run(`systemctl start ${unit} || true`);
  const errors = (await machine.journal('birdkeeper')).filter((line) =>
    line.includes('"level":"error"'),
  );
  // It may have been tried again meanwhile.
  const reason = expect.stringMatching(/let the user.*cannot make the folder/);
  expect(errors).toEqual([reason, ...errors.slice(1).map(() => reason)]);

  await machine.run('chown birdkeeper /etc/birdkeeper/config');

  await machine.until(`systemctl show --property ActiveState ${unit}`, /=active/);
  await machine.run(`systemctl stop ${unit}`);
});

test('one that hangs is started again; one that works is left alone', async () => {
  const { machine } = installed;
  await machine.run(`mkdir -p /run/systemd/system/${unit}.d
    printf '[Service]\\nWatchdogSec=8\\nWatchdogSignal=SIGKILL\\n' >/run/systemd/system/${unit}.d/soon.conf
    systemctl daemon-reload; systemctl start ${unit}`);
  const stamp = 'WatchdogTimestampMonotonic';
  const first = await machine.property(unit, stamp);

  await machine.until(`systemctl show --property ${stamp} ${unit}`, isOther(first));
  const second = await machine.property(unit, stamp);
  await machine.until(`systemctl show --property ${stamp} ${unit}`, isOther(second));
  expect(await machine.property(unit, 'NRestarts')).toBe('0');
  await machine.run(`systemctl kill --kill-whom main --signal STOP ${unit}`);

  await machine.until(`systemctl show --property NRestarts,ActiveState ${unit}`, RESTARTED_ONCE);
});

function isOther(value: string): RegExp {
  return new RegExp(`=(?!${value}$)`);
}
