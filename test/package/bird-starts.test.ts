/** When and how Debian's bird.service starts BIRD with birdkeeper's drop-in; the tests share a machine, in this order. */
import { expect, test } from 'vitest';
import { builtPackages, servedMachine, sharedMachine } from '../support/birdkeeper-machine.js';

const packages = builtPackages();
const served = sharedMachine((atEnd) => servedMachine(packages, { atEnd }));

test('a first start waits for no neighbor, and one after it does', async () => {
  const { machine } = served;
  expect(await options()).not.toContain('-R');
  await machine.until('ls /run/birdkeeper-bird', /ran/);

  await machine.run('systemctl restart bird');

  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  expect(await options()).toContain('-R');
});

test("a bird.conf that nobody reads doesn't keep BIRD from starting", async () => {
  const { machine } = served;
  await machine.run('echo nonsense >/etc/bird/bird.conf');

  await machine.run('systemctl restart bird');

  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
});

test('BIRD waits for a port that another program has, and says so', async () => {
  const { machine } = served;
  await machine.run('systemctl stop bird');
  const listen = "require('node:net').createServer().listen(179, '127.0.0.1')";
  await machine.run(`systemd-run --quiet --unit other node -e "${listen}"`);
  await machine.until('ss --listening --tcp --numeric --no-header', /127\.0\.0\.1:179 /);

  await machine.run('systemctl start bird');
  await machine.until(
    'journalctl --sync; journalctl --output cat --unit bird',
    /waiting for port 179/,
  );
  expect(await machine.property('bird', 'ActiveState')).toBe('active');
  await machine.run('systemctl stop other');

  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  expect(await said()).not.toContain('No listening socket');
});

test('a BIRD that never ran is not recovered from', async () => {
  const { machine } = served;
  const config = '/etc/birdkeeper/config/bird.cfg';
  await machine.run('systemctl stop bird birdkeeper; rm /run/birdkeeper-bird/ran');
  await machine.run(`mv ${config} ${config}.kept; echo nonsense >${config}; chmod a+r ${config}`);
  await machine.run('systemctl start bird');
  await machine.until('systemctl show --property NRestarts bird', /NRestarts=[1-9]/);

  await machine.run(`mv ${config}.kept ${config}`);

  await machine.until('birdc show protocols', /Mesh_172_17_42_32/);
  // The unit of a process that has ended at once isn't known to the journal each time.
  const journal = await machine.run('journalctl --sync; journalctl --no-pager --output cat');
  expect(journal).toMatch(/bird\.cfg:1:\d+ syntax error/);
  expect(await options()).not.toContain('-R');
});

/** The options of the BIRD that runs. */
async function options(): Promise<readonly string[]> {
  const { machine } = served;
  const pid = await machine.property('bird', 'MainPID');
  return (await machine.run(`tr '\\0' '\\n' </proc/${pid}/cmdline`)).split('\n');
}

/** What BIRD and what starts it have said so far. */
async function said(): Promise<string> {
  return served.machine.run('journalctl --sync; journalctl --no-pager --output cat --unit bird');
}
