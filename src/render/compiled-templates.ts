/** Templates in the form that prints. Handlebars' compiler is loaded for those alone that the build did not compile. */

import type { TemplateSource, TemplateSources } from './load-templates.js';
import { PRECOMPILED } from './precompiled.js';

/** Compiled templates by name. */
export type CompiledTemplates = ReadonlyMap<string, TemplateSpecification>;

/** `sources`, compiled. @throws {TemplateError} when a template can't be compiled */
export async function compileTemplates(sources: TemplateSources): Promise<CompiledTemplates> {
  const templates = new Map<string, TemplateSpecification>();
  for (const [name, source] of sources) {
    templates.set(name, precompiled(source) ?? (await compileNow(source)));
  }
  return templates;
}

function precompiled({ path, text }: TemplateSource): TemplateSpecification | undefined {
  const known = PRECOMPILED.get(path);
  return known?.text === text ? known.compiled : undefined;
}

async function compileNow(source: TemplateSource): Promise<TemplateSpecification> {
  const { compile } = await import('./compile.js');
  return compile(source);
}
