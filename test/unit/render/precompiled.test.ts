import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compileToText } from '../../../src/render/compile.js';
import { dialectFor } from '../../../src/render/dialects/index.js';
import { loadTemplates } from '../../../src/render/load-templates.js';
import type { PrecompiledTemplate } from '../../../src/render/precompiled.js';
import { precompiledModule } from '../../support/precompile.mjs';
import { projectRoot } from '../../support/tools.js';

test('the bundle has every built-in template compiled, where a start looks for it', async () => {
  const module = await precompiledModule();
  const { PRECOMPILED } = await import(`data:text/javascript,${encodeURIComponent(module)}`);
  const precompiled: ReadonlyMap<string, PrecompiledTemplate> = PRECOMPILED;

  for (const name of ['bird1', 'calico', 'bird2', 'bird3'] as const) {
    const dialect = dialectFor(name, undefined);
    const folders = dialect.ok ? dialect.value.templateFolders : [];
    const sources = await loadTemplates({ builtIn: join(projectRoot, 'templates') }, folders);

    expect(sources.size).toBeGreaterThan(0);
    for (const source of sources.values()) {
      expect(precompiled.get(source.path)?.text).toBe(source.text);
      expect(module).toContain(compileToText(source));
    }
  }
});
