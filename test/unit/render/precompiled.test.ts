import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compile } from '../../../src/render/compile.js';
import { dialectFor } from '../../../src/render/dialects/index.js';
import { loadTemplates } from '../../../src/render/load-templates.js';
import type { PrecompiledTemplate } from '../../../src/render/precompiled.js';
import { precompiledModule } from '../../support/precompile.mjs';
import { projectRoot } from '../../support/tools.js';

test('the bundle has every built-in template compiled, where a start looks for it', async () => {
  const module = encodeURIComponent(await precompiledModule());
  const precompiled: ReadonlyMap<string, PrecompiledTemplate> = (
    await import(`data:text/javascript,${module}`)
  ).PRECOMPILED;

  for (const name of ['bird1', 'calico', 'bird2', 'bird3'] as const) {
    const dialect = dialectFor(name, undefined);
    const folders = dialect.ok ? dialect.value.templateFolders : [];
    const sources = await loadTemplates({ builtIn: join(projectRoot, 'templates') }, folders);

    expect(sources.size).toBeGreaterThan(0);
    for (const source of sources.values()) {
      const { text, compiled } = precompiled.get(source.path) ?? {};
      expect(text).toBe(source.text);
      expect(textOf(compiled)).toBe(textOf(compile(source)));
    }
  }
});

function textOf(compiled: object | undefined): string {
  return Object.values(compiled ?? {}).join('\n');
}
