/**
 * The commands that README.md and docs/ print, one after the other on one machine, as they are printed. `test/support/doc-commands.ts`
 * lists them, and `test/unit/docs/commands.test.ts` sees that none is missing there.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runBirdkeeper } from '../support/birdkeeper.js';
import { DefaultMachine } from '../support/default-machine.js';
import {
  commandsOf,
  DOCS_WITH_COMMANDS,
  namedCommand,
  RUN,
  type RunCommand,
} from '../support/doc-commands.js';
import { withLab } from '../support/lab.js';
import { projectRoot } from '../support/tools.js';
import { waitFor } from '../support/wait-for.js';

const README = readFileSync(join(projectRoot, 'README.md'), 'utf8');
const BGP = '/calico/bgp/v1';
const HOSTS = [
  { name: 'etcd-host', address: '172.17.42.30', bird: 'bird2' },
  { name: 'kube-node1', address: '172.17.42.31', bird: 'bird2' },
] as const;

/** The line that is typed: the printed one, with what its words in capitals stand for. */
function lineOf({ command, given = {} }: RunCommand): string {
  return Object.entries(given).reduce((line, [word, value]) => line.replace(word, value), command);
}

async function runOn(machine: DefaultMachine, entry: RunCommand): Promise<void> {
  const line = lineOf(entry);
  const { goesOn, proof = 'true', exitStatus = 0, prints } = entry;
  const [, assignment] = /^export (\S+)$/.exec(line) ?? [];
  if (assignment !== undefined) {
    machine.export(assignment);
    return;
  }
  if (goesOn) {
    machine.start(line);
  } else {
    const output = await machine.shell(`${line}\necho "exit status $?"`);
    expect(output, line).toMatch(new RegExp(`exit status ${exitStatus}\\n$`));
    expect(output, line).toMatch(prints ?? '');
  }
  await waitFor(() => machine.shell(proof).then(() => true), { what: `proof of: ${line}` });
}

test('every command that is printed works as it is printed', async () => {
  await withLab({ hosts: HOSTS, gateway: '172.17.42.254/16' }, async (lab) => {
    const host = lab.host('kube-node1');
    const machine = await DefaultMachine.on(host);
    const [, yaml = expect.fail()] = /```yaml\n(.*?)```/s.exec(README) ?? [];
    await writeFile(join(machine.desk, 'cluster.yaml'), yaml);
    const name = (await machine.shell('hostname')).trim();
    await lab.putAll({
      [`${BGP}/global/as_num`]: '65100',
      [`${BGP}/host/${name}/ip_addr_v4`]: '172.17.42.31',
      [`${BGP}/host/kube-node2/ip_addr_v4`]: '172.17.42.32',
    });

    for (const entry of RUN) {
      await runOn(machine, entry);
    }
  });
});

const named = DOCS_WITH_COMMANDS.flatMap(commandsOf)
  .map(namedCommand)
  .filter((words) => words !== undefined);

test.each([...new Set(named)])('birdkeeper %s is a command', async (words) => {
  const { exitStatus, stdout } = await runBirdkeeper([...words.split(' '), '--help']);

  expect(exitStatus).toBe(0);
  expect(stdout).toContain(`Usage: birdkeeper ${words}`);
});
