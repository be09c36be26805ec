/** Every command that docs/systemd.md and the man page print works as it stands there, in that order, on a clean Debian. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { builtPackages } from '../support/birdkeeper-machine.js';
import { type DebianMachine, debianMachine } from '../support/debian-machine.js';
import { commandsOf, ELSEWHERE, type FoundCommand, namedCommand } from '../support/doc-commands.js';
import { withLab } from '../support/lab.js';
import { NODE, startPeers } from '../support/served-node.js';
import { projectRoot } from '../support/tools.js';
import { routesWithPeers, walkthroughHosts } from '../support/walkthrough-site.js';

const packages = builtPackages();
const ANYTHING = /(?:)/;
/** Half a minute on a quiet machine; each command is a process of podman's. */
const DEADLINE_MS = 600_000;

test(
  'the commands of docs/systemd.md make a clean machine a node, and all of them work',
  async () => {
    await withLab({ hosts: walkthroughHosts('bird2') }, async (lab) => {
      const { namespace } = lab.host(NODE);
      const machine = await debianMachine(packages.dir, { namespace });
      await startPeers(lab);
      await putEditor(machine, `node: ${NODE}\netcd-endpoints: ${lab.etcdUrl}`);
      const commands = commandsOf('docs/systemd.md').filter(isForMachine);
      expect(commands.length).toBeGreaterThan(10);

      let exports = '';
      for (const { command } of commands) {
        // Each has a shell of its own, and an administrator has one for all.
        exports += command.startsWith('export ') ? `${command}; ` : '';
        // A command that calls an editor wants a terminal.
        const typed = command.startsWith('systemctl edit')
          ? `script -qec '${command}' /dev/null`
          : command;
        // BIRD and birdkeeper are asked until they have started.
        await machine.until(`cd /files; ${exports}${typed}`, ANYTHING);
      }
      await lab.host(NODE).waitForRoutes(routesWithPeers[NODE] ?? '');

      const [settings = expect.fail(), ...more] = commandsOfManPage(read('packaging/birdkeeper.8'));
      expect(more.length).toBeGreaterThan(5);
      for (const command of more) {
        // Nothing is held here, and then there is nothing to release.
        const typed = command.endsWith(' release') ? `${command} 2>&1 | grep 'is held'` : command;
        await machine.until(`${settings}; ${typed}`, ANYTHING);
      }
    });
  },
  DEADLINE_MS,
);

/** An editor that ends at once: of settings with these lines in the place of all others, of a drop-in with one that changes nothing. */
async function putEditor(machine: DebianMachine, settings: string): Promise<void> {
  const script = `#!/bin/sh
case $1 in
  *.yaml) printf '%s\\n' '${settings.replaceAll('\n', "' '")}' >"$1" ;;
  *) printf '[Service]\\nProtectHome=yes\\n' >"$1" ;;
esac
touch /etc/birdkeeper/etcd-password
`;
  const file = '/usr/bin/editor';
  await machine.run(`cat >${file} <<'END'\n${script}END\nchmod +x ${file}`);
}

/** Whether it is typed on the machine: not one that a sentence only names, or that is for whoever builds the package. */
function isForMachine(found: FoundCommand): boolean {
  return namedCommand(found) === undefined && !(found.command in ELSEWHERE);
}

/**
 * The lines that are commands, and first of all the one that names the settings for the others. One with alternatives stands for
 * the help of each of them.
 */
function commandsOfManPage(text: string): readonly string[] {
  const line = /^\.B ((?:birdkeeper|systemctl) .*)$|(?<=^\.RS\n)(.*)$/gm;
  const found = text.replaceAll('\\-', '-').matchAll(line);
  const commands = Array.from(found, ([, bold, block = '']) => bold ?? block);
  return commands
    .toSorted((a, b) => Number(b.startsWith('export')) - Number(a.startsWith('export')))
    .flatMap((command) => {
      const words = command.split(' ');
      const verbs = words.at(-1)?.split('|') ?? [];
      const start = words.slice(0, -1).join(' ');
      return verbs.length === 1 ? [command] : verbs.map((verb) => `${start} ${verb} --help`);
    });
}

function read(file: string): string {
  return readFileSync(join(projectRoot, file), 'utf8');
}
