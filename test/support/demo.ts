/**
 * `npm run demo [-- --bird bird2|bird1|bird217|bird3]`: the walkthrough on the real etcd and the real BIRD, shown command
 * by command.
 *
 * Exit status: 0 when all that must be seen was seen, 1 when not, 2 for a wrong option.
 */
import { parseArgs } from 'node:util';
import { withLab } from './lab.js';
import { BIRD_KINDS, type BirdKind } from './lab-bird.js';
import { type Narrator, Walkthrough, walkthroughHosts } from './walkthrough.js';

const isTerminal = process.stdout.isTTY === true;
let checks = 0;

const BIRD_NAMES: Readonly<Record<BirdKind, string>> = {
  bird1: 'BIRD 1.6',
  bird2: "this machine's BIRD",
  bird217: 'BIRD 2.17',
  bird3: 'BIRD 3.1',
};

const printer: Narrator = {
  step(title) {
    console.log(`\n${styled('1', `## ${title}`)}\n`);
  },
  ran(host, command, output) {
    console.log(styled('36', `[${host}]# ${command}`));
    const text = output.trim();
    if (text) console.log(text);
  },
  checked(what) {
    checks += 1;
    console.log(`${styled('32', '  ok')}  ${what}\n`);
  },
};

process.exitCode = await main();

async function main(): Promise<number> {
  const kind = birdKind();
  if (kind === undefined) {
    console.error('usage: npm run demo [-- --bird bird2|bird1|bird217|bird3]');
    return 2;
  }
  const started = performance.now();
  console.log(`birdkeeper's walkthrough, part 1, on ${BIRD_NAMES[kind]}.`);
  console.log('Three hosts in network namespaces; nothing outside of them is touched.');
  try {
    await withLab({ hosts: walkthroughHosts(kind) }, async (lab) => {
      console.log(
        `The namespaces are called ${lab.network.id}-HOST; etcd listens on ${lab.etcdUrl}.`,
      );
      const walkthrough = new Walkthrough(lab, printer);
      await walkthrough.start();
      await walkthrough.meshOn();
      await walkthrough.meshOff();
      await walkthrough.meshOn();
    });
  } catch (error) {
    console.error(
      `${styled('31', 'NOT AS IT MUST BE')}: ${error instanceof Error ? error.message : error}`,
    );
    return 1;
  }
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`All ${checks} checks passed in ${seconds} s; the namespaces are removed.`);
  return 0;
}

function birdKind(): BirdKind | undefined {
  try {
    const options = { bird: { type: 'string', default: 'bird2' } } as const;
    const { bird } = parseArgs({ args: process.argv.slice(2), options }).values;
    return BIRD_KINDS.find((kind) => kind === bird);
  } catch {
    return undefined;
  }
}

function styled(style: string, text: string): string {
  return isTerminal ? `\u001b[${style}m${text}\u001b[0m` : text;
}
