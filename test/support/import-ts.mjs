/** Imports a TypeScript file of this project (Node 20 reads no TypeScript). */
import { mkdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

/** The project. */
export const root = fileURLToPath(new URL('../../', import.meta.url));
// Inside node_modules, so that the packages are found from there.
const cache = join(root, 'node_modules/.cache/birdkeeper');

/** What `file` exports. esbuild makes one file of it and of what it imports from here; packages stay in node_modules. */
export async function importTypeScript(file) {
  const outfile = join(cache, `run-${process.pid}.mjs`);
  await mkdir(cache, { recursive: true });
  await build({
    entryPoints: [resolve(file)],
    outfile,
    bundle: true,
    packages: 'external',
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: 'inline',
    // The file goes as soon as it is loaded: the program may end by a signal, and leaves nothing behind.
    banner: {
      js: "import{rmSync as removeThis}from'node:fs';removeThis(new URL(import.meta.url));",
    },
    plugins: [ownLocation()],
    logLevel: 'warning',
  });
  return import(pathToFileURL(outfile).href);
}

/** Files find their neighbours by import.meta.url; in the bundle it must still be the source file's own. */
function ownLocation() {
  return {
    name: 'own-location',
    setup(plugin) {
      plugin.onLoad({ filter: /\.ts$/, namespace: 'file' }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        const url = JSON.stringify(pathToFileURL(path).href);
        return { contents: source.replaceAll('import.meta.url', url), loader: 'ts' };
      });
    },
  };
}
