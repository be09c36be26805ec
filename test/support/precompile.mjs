/** Compiles the built-in templates, for the bundle. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { importTypeScript, root } from './import-ts.mjs';

/** What stands for src/render/precompiled.ts in the bundle. The status page is none of it: it is escaped as HTML. */
export async function precompiledModule() {
  const { compileToText } = await importTypeScript(join(root, 'src/render/compile.ts'));
  const names = await readdir(join(root, 'templates'), { recursive: true });
  const entries = names
    .filter((name) => name.endsWith('.hbs') && !name.startsWith('status'))
    .sort()
    .map(async (name) => {
      const path = join('templates', name);
      const text = await readFile(join(root, path), 'utf8');
      const compiled = compileToText({ path, text });
      return `[${JSON.stringify(path)},{text:${JSON.stringify(text)},compiled:${compiled}}]`;
    });
  return `export const PRECOMPILED = new Map([${(await Promise.all(entries)).join(',')}]);`;
}
