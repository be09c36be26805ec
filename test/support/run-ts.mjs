/** Runs a TypeScript program of this project: `node run-ts.mjs FILE [ARGUMENT...]`. */
import { resolve } from 'node:path';
import { importTypeScript } from './import-ts.mjs';

const [file, ...programArguments] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node run-ts.mjs FILE [ARGUMENT...]');
  process.exit(2);
}
process.argv = [process.execPath, resolve(file), ...programArguments];
process.setSourceMapsEnabled(true);
await importTypeScript(file);
