/**
 * Opens a datastore of each kind, and tells after each, as JSON, which packages this process has loaded so far. Plain Node: in one
 * file, as run-ts.mjs makes it, what is imported late would be imported at once.
 */
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './set-up-steps.mjs';

// Inside node_modules, so that the packages are found from there.
const outdir = join(root, `node_modules/.cache/birdkeeper/loaded-${process.pid}`);
process.on('exit', () => rmSync(outdir, { recursive: true, force: true }));
await build({
  absWorkingDir: root,
  entryPoints: ['src/datastore/open-datastore.ts', 'src/base/clock.ts', 'src/base/logger.ts'],
  outdir,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  splitting: true,
  packages: 'external',
  format: 'esm',
  platform: 'node',
  target: 'node20',
});
const { openDatastore } = await import(join(outdir, 'datastore/open-datastore.mjs'));
const { systemClock } = await import(join(outdir, 'base/clock.mjs'));
const { silentLogger } = await import(join(outdir, 'base/logger.mjs'));

const endpoints = ['http://127.0.0.1:1', 'http://127.0.0.1:2'];
const datastores = [
  { kind: 'file', path: '/x.yaml', keyPrefixes: ['/'] },
  { kind: 'etcd2', endpoints, keyPrefixes: ['/'] },
  { kind: 'etcd3', endpoints, keyPrefixes: ['/'] },
];
const found = [];
for (const options of datastores) {
  const parts = { clock: systemClock, logger: silentLogger };
  const { description } = await openDatastore(options, parts);
  found.push({ description, loaded: ['yaml', '@grpc/grpc-js', 'etcd3'].filter(isLoaded) });
}
console.log(JSON.stringify(found));

/** Whether a package with CommonJS modules has been loaded in this process. */
function isLoaded(name) {
  const { cache } = createRequire(import.meta.url);
  return Object.keys(cache).some((file) => file.includes(`/node_modules/${name}/`));
}
