/** packaging/start-bird: what BIRD waits for, and when it takes part in its neighbors' graceful restart. */
import { existsSync } from 'node:fs';
import { chmod, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { SOME_CONFIG, StartSite } from '../support/start-script.js';
import { waitFor } from '../support/wait-for.js';

const OWNER_ALONE = 0o600;

/** Makes the mark as old as BIRD's last sign of life would be after so many minutes. */
async function age(file: string, minutes: number): Promise<void> {
  const then = new Date(Date.now() - minutes * 60_000);
  await utimes(file, then, then);
}

test('a BIRD that ran a moment ago gets -R, and one that starts for the first time does not', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const first = site.start();
    expect(await site.becameBird(first)).not.toContain('-R');
    await site.hasMark();
    await first.stop('SIGKILL');

    const second = site.start();
    expect(await site.becameBird(second)).toContain('-R');
    // The mark that this one writes: it is not to come after the mark was made old.
    await rm(site.mark);
    await site.hasMark();
    await second.stop('SIGTERM');

    await age(site.mark, 3);
    const third = site.start();
    expect(await site.becameBird(third)).not.toContain('-R');
  });
});

test('a mark of the time before the machine was booted does not count', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const thisBoot = await readFile('/proc/sys/kernel/random/boot_id', 'utf8');
    await writeFile(site.mark, thisBoot.replaceAll(/[0-9a-f]/g, '0'));
    expect(await site.becameBird(site.start())).not.toContain('-R');

    const isNew = async () => (await site.hasMark()) === thisBoot;
    await waitFor(isNew, { what: 'a mark of this boot' });
  });
});

test('a BIRD that never ran leaves no mark', async () => {
  await StartSite.with(async (site) => {
    await site.configure('no configuration\n');
    const started = site.start();
    await waitFor(() => !started.isRunning, { what: 'BIRD to end' });
    await site.said(/syntax error/);

    await site.configure();
    expect(await site.becameBird(site.start())).not.toContain('-R');
  });
});

test('the mark is judged when BIRD starts, not before it waits', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    await writeFile(site.mark, await readFile('/proc/sys/kernel/random/boot_id'));
    const other = await site.takePort('0.0.0.0');
    const started = site.start();
    await site.said('waiting for port 179');
    await age(site.mark, 3);
    await other.stop();

    expect(await site.becameBird(started)).not.toContain('-R');
  });
});

test('while another process has port 179 BIRD is not started, one line says who that is, and SIGTERM ends the wait', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const other = await site.takePort('0.0.0.0');
    const waiting = site.start();
    await site.said(`waiting for port 179, on which node (process ${other.pid}) listens`);
    waiting.signal('SIGTERM');
    await waitFor(() => !waiting.isRunning, { what: 'the wait to end by SIGTERM' });

    const again = site.start();
    await waitFor(async () => (await site.log()).split('waiting for port').length === 3, {
      what: 'a second wait',
    });
    await other.stop();
    await site.becameBird(again);
    expect((await site.log()).match(/waiting for port/g)).toHaveLength(2);
    expect(await site.log()).not.toContain('No listening socket');
  });
});

test('a listener of the other family is in the way of a BIRD alone that has neighbors of it', async () => {
  await StartSite.with(async (site) => {
    const other = await site.takePort('::');
    await site.configure();
    const ipv4 = site.start();
    await site.becameBird(ipv4);
    await ipv4.stop();
    expect(await site.log()).not.toContain('waiting for port');

    const ipv6 = SOME_CONFIG.replace(/protocol bgp[\s\S]*/, (session) =>
      session.replaceAll('10.254.0.', 'fd00::').replace('ipv4 {', 'ipv6 {'),
    );
    await site.configure(ipv6);
    const waiting = site.start();
    await site.said('waiting for port 179');
    await other.stop();
    await site.becameBird(waiting);
  });
});

test("BIRD 1.6's own process for IPv6 is not in the way of the one for IPv4", async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const neighbor = 'protocol bgp other {\n  neighbor fd00::2 as 65100;\n}\n';
    await writeFile(join(site.network.dir, 'bird6.cfg'), neighbor);
    await site.takePort('::');
    await site.becameBird(site.start());
    expect(await site.log()).not.toContain('waiting for port');
  });
});

test('without a configuration it is waited for, and one that may not be read is called that', async () => {
  await StartSite.with(async (site) => {
    const asNobody = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
    const waiting = site.start();
    await site.said(`waiting for birdkeeper to write ${site.configFile}`);
    await site.configure();
    const bird = await site.becameBird(waiting);
    expect(bird).not.toContain('-R');
    await waiting.stop();

    await chmod(site.configFile, OWNER_ALONE);
    site.start(asNobody);
    await site.said(/which user id 65534 may not read \(Permission denied\)/);
    expect(existsSync(site.configFile)).toBe(true);
  });
});

test('a BIRD that ends at once leaves no process behind', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const started = site.run(['BIRDKEEPER_BIRD=/no/such/bird', site.script('start-bird')]);
    await waitFor(() => !started.isRunning, { what: 'the script to end' });
    const isLeft = () => runCommand('pgrep', ['-f', `^/bin/sh ${site.script('start-bird')}$`]);
    const isGone = () =>
      isLeft().then(
        () => false,
        () => true,
      );
    await waitFor(isGone, { what: 'what keeps the mark to end' });
  });
});

test('what keeps the mark holds none of the outputs, so that who reads them sees their end', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const bird = site.start();
    await site.becameBird(bird);
    await site.hasMark();

    const keepers = await runCommand('pgrep', ['-f', `^/bin/sh ${site.script('start-bird')}$`]);
    const files = keepers
      .trim()
      .split('\n')
      .map((pid) => `/proc/${pid}/fd`);
    const open = await runCommand('find', [...files, '-type', 'l', '-printf', '%l\n']);

    expect(open).toContain('/dev/null');
    expect(open).not.toContain(site.network.dir);
    await bird.stop();
  });
});
