/** What the commands that need no etcd are tried on: a datastore in a file, and room for what they write. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { folderForTest } from './folder.js';
import { tools } from './tools.js';

/** Where a command works, and options that say so. */
export interface CliSite {
  readonly dir: string;
  readonly outputDir: string;
  readonly source: readonly string[];
  readonly bird: readonly string[];
}

/** A folder for this test with a datastore in it: this node and another one. */
export async function cliSiteForTest(): Promise<CliSite> {
  const dir = await folderForTest();
  const file = join(dir, 'datastore.yaml');
  await writeFile(
    file,
    '/calico/bgp/v1/host/node-a/ip_addr_v4: 192.0.2.1\n/calico/bgp/v1/host/node-b/ip_addr_v4: 192.0.2.2\n',
  );
  const outputDir = join(dir, 'config');
  return {
    dir,
    outputDir,
    source: ['--file', file, '--node', 'node-a', '--dialect', 'bird2'],
    bird: ['--bird', tools.bird2.bird, '--bird-socket', join(dir, 'bird.ctl')],
  };
}
