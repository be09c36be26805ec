/** docker/container/supervise-bird, process 1 of BIRD's container, and what the health check says of it. */
import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runCommand } from '../support/command.js';
import { type FirstProcess, StartSite } from '../support/start-script.js';
import { waitFor } from '../support/wait-for.js';

test('SIGTERM ends the wait for a first configuration, with status 0, and waiting is alive', async () => {
  await StartSite.with(async (site) => {
    const first = await site.startAsFirst('supervise-bird');
    await site.said('waiting for birdkeeper to write');
    await health(site, first);

    await endsBySigterm(first);
    expect(first.outer.exitCode).toBe(0);
  });
});

test('SIGTERM ends the wait for port 179, with status 0, and waiting is alive', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    await site.takePort('0.0.0.0');
    const first = await site.startAsFirst('supervise-bird');
    await site.said('waiting for port 179');
    await health(site, first);

    await endsBySigterm(first);
    expect(first.outer.exitCode).toBe(0);
  });
});

test('SIGTERM becomes a graceful restart of BIRD, and the BIRD after it gets -R', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const first = await site.startAsFirst('supervise-bird');
    await site.hasMark();
    await health(site, first);

    await endsBySigterm(first);
    expect(first.outer.exitCode).toBe(0);
    await site.said('Shutting down for graceful restart');

    expect(await site.becameBird(site.start())).toContain('-R');
  });
});

test('SIGHUP has BIRD read its configuration anew', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const first = await site.startAsFirst('supervise-bird');
    await site.hasMark();
    process.kill(first.pid, 'SIGHUP');
    await site.said('Reconfigured');
    expect(await site.birdc('show', 'status')).toContain('Daemon is up and running');
  });
});

test('the end of BIRD ends the container with its exit status', async () => {
  await StartSite.with(async (site) => {
    await site.configure('no configuration\n');
    const first = await site.startAsFirst('supervise-bird');
    await waitFor(() => !first.outer.isRunning, { what: 'the end of process 1' });
    expect(first.outer.exitCode).toBe(1);
  });
});

test('a BIRD that does not answer is not healthy', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const first = await site.startAsFirst('supervise-bird');
    await site.hasMark();
    const [bird] = await processesIn(first, 'bird');
    process.kill(Number(bird), 'SIGSTOP');
    // Kubernetes and Docker give it up to 5 s.
    const asked = health(site, first, ['timeout', '2']);
    await expect(asked).rejects.toThrow(/exit status 124/);
    process.kill(Number(bird), 'SIGCONT');
    await health(site, first);
  });
});

test('what others leave behind in the container is taken away', async () => {
  await StartSite.with(async (site) => {
    await site.configure();
    const first = await site.startAsFirst('supervise-bird');
    await site.hasMark();
    // The inner shell is gone before its child, which then is process 1's.
    await inside(first, ['sh', '-c', 'sh -c "sleep 0.2" & exit 0']);
    await inside(first, ['sh', '-c', '(sleep 0.1 &) ; exit 0']);
    const isGone = async () => (await processesIn(first, 'sleep')).length === 0;
    await waitFor(isGone, { what: 'the orphans to be taken away' });
  });
});

/** Runs a command in the namespaces of a process, as `docker exec` does. */
function inside({ pid }: FirstProcess, command: readonly string[]): Promise<string> {
  return runCommand('nsenter', ['--target', String(pid), '--pid', '--mount', '--net', ...command]);
}

async function health(site: StartSite, first: FirstProcess, before: readonly string[] = []) {
  await inside(first, ['env', ...site.variables, ...before, site.script('health')]);
}

async function endsBySigterm({ outer, pid }: FirstProcess): Promise<void> {
  process.kill(pid, 'SIGTERM');
  await waitFor(() => !outer.isRunning, { what: 'SIGTERM to end process 1' });
}

/** The ids out here of the processes in its namespace that are called so, ended or not. */
async function processesIn({ pid }: FirstProcess, name: string): Promise<readonly string[]> {
  const namespaceOf = async (id: string): Promise<string> => {
    // A zombie has no namespace any more; its parent has.
    const status = await readFile(`/proc/${id}/status`, 'utf8').catch(() => '');
    const inner = /^NSpid:\t(.*)$/m.exec(status)?.[1]?.split('\t') ?? [];
    const parent = /^PPid:\t(.*)$/m.exec(status)?.[1];
    return status.includes(`Name:\t${name}\n`) && inner.length > 1 ? `${parent}` : '';
  };
  const ids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry));
  const parents = await Promise.all(ids.map(namespaceOf));
  return ids.filter((_, i) => parents[i] === String(pid));
}
