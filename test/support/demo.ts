/**
 * `npm run demo [-- OPTION...]`: the walkthrough on the real etcd and the real BIRD, shown command by command.
 *
 * Exit status: 0 when all that must be seen was seen, 1 when not, 2 for a wrong option.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { BIRD_KINDS, BIRDS } from './birds.js';
import { isInKeeper, stopKept, tellKept, walkInKeeper } from './demo-keeper.js';
import { type Lab, withLab } from './lab.js';
import type { StoreKind } from './lab-store.js';
import { projectRoot } from './tools.js';
import { type Narrator, Walkthrough } from './walkthrough.js';
import { type WalkthroughOptions, walkthroughSite } from './walkthrough-site.js';
import { v1Story } from './walkthrough-v1.js';
import { v3Story } from './walkthrough-v3.js';

const KINDS_OF_BIRD = BIRDS.map(({ kind, what }) => `${' '.repeat(35)}${kind}: ${what}\n`).join('');
const USAGE = `usage: npm run demo [-- OPTION...]
  --bird KIND                      which BIRD the hosts run (default: bird2):
${KINDS_OF_BIRD}                                   mixed: bird2 and bird1 by turns
  --keys v1|v3                     the data: keys of Calico up to 2.6, or resources of Calico 3 (default: v1)
  --datastore etcd3|etcd2|file     where the desired state is (default: etcd3); Calico 3 has none in etcd2
  --second-reflector               walk step 9 too: a second reflector, and either of the two dies
  --keep                           leave all running at the end, and say how to look around
  --stop                           end what --keep has left running`;

const isTerminal = process.stdout.isTTY === true || process.env.FORCE_COLOR === '1';
let checks = 0;

const printer: Narrator = {
  step(title) {
    console.log(`\n${styled('1', `## ${title}`)}\n`);
  },
  ran(host, command, output) {
    console.log(styled('36', `[root@${host} ~]# ${command}`));
    const text = output.trim();
    if (text) {
      console.log(text);
    }
  },
  checked(what) {
    checks += 1;
    console.log(`${styled('32', '  ok')}  ${what}\n`);
  },
};

process.exitCode = await main();

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  if (options.stop) {
    return stopKept();
  }
  if (options.bird !== 'bird2') {
    setUpOtherBirds();
  }
  // The lab lives as long as the process that made it: one that goes on in the background.
  return options.keep && !isInKeeper() ? walkInKeeper() : walk(options);
}

/** Unpacks the BIRDs that this machine lacks. */
function setUpOtherBirds(): void {
  const script = join(projectRoot, 'test/support/set-up.mjs');
  execFileSync(process.execPath, [script, 'birds'], { stdio: 'inherit' });
}

async function walk({ keep, datastore, ...site }: DemoOptions): Promise<number> {
  const started = performance.now();
  console.log("birdkeeper's walkthrough: from the full node-to-node mesh to a route reflector.");
  console.log('Hosts are network namespaces of this machine; nothing outside of them is touched.');
  try {
    await withLab({ hosts: walkthroughSite(site), datastore }, async (lab) => {
      console.log(
        `The namespaces are called ${lab.network.id}-HOST; etcd listens on ${lab.etcdUrl}.`,
      );
      await new Walkthrough(lab, printer, site.keys === 'v3' ? v3Story : v1Story).walk();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      console.log(`All ${checks} checks passed in ${seconds} s.`);
      if (keep) {
        await keepRunning(lab);
      }
    });
  } catch (error) {
    console.error(
      `${styled('31', 'NOT AS IT MUST BE')}: ${error instanceof Error ? error.message : error}`,
    );
    return 1;
  }
  console.log('The namespaces are removed.');
  return 0;
}

/** Says how to look around, and waits for the signal that ends this process, and the lab with it. */
async function keepRunning(lab: Lab): Promise<void> {
  const entrances = lab.hosts.map(({ entrance }) => `  ${entrance}`).join('\n');
  console.log(`
The lab goes on running. Enter a host, where birdkeeper, birdc and ip are that host's own:
${entrances}
or run one command there:
  ${lab.host('kube-node1').entrance} birdkeeper status
The logs are in ${lab.network.dir}/HOST/. To end it all: npm run demo -- --stop`);
  tellKept();
  // A timer holds the process; nothing else does once its parent is gone.
  await new Promise<never>(() => setInterval(() => undefined, 2 ** 30));
}

interface DemoOptions extends WalkthroughOptions {
  readonly datastore: StoreKind;
  readonly keep: boolean;
  readonly stop: boolean;
  readonly help: boolean;
}

function readOptions(): DemoOptions | undefined {
  try {
    const { values } = parseArgs({
      args: process.argv.slice(2),
      options: {
        bird: { type: 'string', default: 'bird2' },
        keys: { type: 'string', default: 'v1' },
        datastore: { type: 'string', default: 'etcd3' },
        'second-reflector': { type: 'boolean', default: false },
        keep: { type: 'boolean', default: false },
        stop: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    const bird = [...BIRD_KINDS, 'mixed' as const].find((kind) => kind === values.bird);
    const kinds = ['etcd3', 'etcd2', 'file'] as const;
    const datastore = kinds.find((kind) => kind === values.datastore);
    const keys = (['v1', 'v3'] as const).find((generation) => generation === values.keys);
    const { keep, stop, help, 'second-reflector': secondReflector } = values;
    const hasStore = keys !== 'v3' || datastore !== 'etcd2';
    return bird && keys && datastore && hasStore
      ? { bird, keys, datastore, secondReflector, keep, stop, help }
      : undefined;
  } catch {
    return undefined;
  }
}

function styled(style: string, text: string): string {
  return isTerminal ? `\u001b[${style}m${text}\u001b[0m` : text;
}
