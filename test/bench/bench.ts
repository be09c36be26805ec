/** `npm run bench`: what birdkeeper takes, on the real etcd and the real BIRD. See README.md beside this file. */
import { writeFile } from 'node:fs/promises';
import { cpus, release } from 'node:os';
import { MeshData } from '../support/mesh-data.js';
import { Calico3Data } from './calico3-data.js';
import type { SizeFigures } from './figures.js';
import { measureSize } from './measure-size.js';
import { type BenchOptions, parseOptions, usage } from './options.js';
import { tableOf } from './table.js';

/** The daemon and its BIRD must hear of nothing but what they are told here. */
const FOREIGN_SETTINGS = /^(BIRDKEEPER|ETCD|CALICO)_|^(NODENAME|NAMESPACE|IP|IP6|NOTIFY_SOCKET)$/;

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  let options: BenchOptions | undefined;
  try {
    options = parseOptions(args);
  } catch (error) {
    if (!(error instanceof TypeError)) {
      throw error;
    }
    console.error(`${error.message}\n${usage}`);
    return 2;
  }
  if (options === undefined) {
    console.log(usage);
    return 0;
  }
  for (const name of Object.keys(process.env)) {
    if (FOREIGN_SETTINGS.test(name)) {
      delete process.env[name];
    }
  }
  try {
    return await report(await measure(options), options);
  } catch (error) {
    // What was waited for did not come, or the daemon ended: no figure is worth anything.
    console.error('WRONG:', error);
    return 1;
  }
}

async function measure(options: BenchOptions): Promise<readonly SizeFigures[]> {
  const sizes: SizeFigures[] = [];
  const all = [
    ...options.hosts.map((hosts) => new MeshData(hosts)),
    ...options.v3Nodes.map((nodes) => new Calico3Data(nodes)),
  ];
  for (const data of all) {
    sizes.push(await measureSize(data, options, (phase) => console.error(`bench: ${phase}`)));
  }
  return sizes;
}

async function report(sizes: readonly SizeFigures[], { jsonFile }: BenchOptions): Promise<number> {
  console.log(tableOf(sizes));
  if (jsonFile !== undefined) {
    const [cpu] = cpus();
    const machine = {
      cpus: cpus().length,
      model: cpu?.model,
      kernel: release(),
      node: process.version,
    };
    await writeFile(jsonFile, `${JSON.stringify({ machine, sizes }, null, 2)}\n`);
  }
  const faults = sizes.flatMap(({ title, wrong }) => wrong.map((w) => `${title}: ${w}`));
  for (const fault of faults) {
    console.error(`WRONG: ${fault}`);
  }
  return faults.length === 0 ? 0 : 1;
}
