/** A misspelt `{{#if nmae}}` is no error in Handlebars, only always false. So every name is compared with the views. */
import { join } from 'node:path';
import Handlebars from 'handlebars';
import { describe, expect, test } from 'vitest';
import { Planner } from '../../../src/plan/make-plan.js';
import { type DialectName, dialectFor } from '../../../src/render/dialects/index.js';
import { loadTemplates } from '../../../src/render/load-templates.js';
import { findScenarios, storeOf } from '../../support/scenario.js';
import { projectRoot } from '../../support/tools.js';
import { everythingOfV3 } from '../../support/v3-plan.js';

const HELPERS = new Set([
  ...['if', 'unless', 'each', 'quoted', 'comment', 'pattern', 'secret', 'each-partial', 'this'],
  // {{@first}}
  'first',
]);

class Names extends Handlebars.Visitor {
  readonly found = new Set<string>();

  override PathExpression(path: hbs.AST.PathExpression): void {
    for (const name of path.parts) {
      this.found.add(String(name));
    }
  }

  // The name of a partial is no name of a view.
  override PartialStatement(): void {}
}

function namesIn(template: string): readonly string[] {
  const names = new Names();
  names.accept(Handlebars.parse(template));
  return [...names.found].filter((name) => !HELPERS.has(name)).sort();
}

function keysOf(value: unknown, keys = new Set<string>()): Set<string> {
  if (Array.isArray(value)) {
    for (const item of value) {
      keysOf(item, keys);
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value)) {
      keys.add(key);
      keysOf(inner, keys);
    }
  }
  return keys;
}

describe.each<DialectName>(['bird1', 'bird2', 'bird3', 'calico'])('%s', (name) => {
  test('asks for nothing that no view has', async () => {
    const dialect = dialectFor(name, undefined);
    if (!dialect.ok) {
      throw new Error(dialect.reason);
    }
    const folders = { builtIn: join(projectRoot, 'templates') };
    const sources = await loadTemplates(folders, dialect.value.templateFolders);
    const known = new Set<string>();
    const scenarios = await findScenarios();
    const plans = scenarios.map(
      ({ entries, host }) => new Planner().plan(storeOf(entries).cluster(), host).plan,
    );
    for (const plan of [...plans, everythingOfV3('node'), everythingOfV3('reflector')]) {
      for (const { view } of dialect.value.files(plan)) {
        keysOf(view, known);
      }
    }

    for (const { path, text } of sources.values()) {
      const unknown = namesIn(text).filter((word) => !known.has(word));
      expect({ path, unknown }).toEqual({ path, unknown: [] });
    }
  });

  test('and a misspelt name would be found', () => {
    expect(namesIn('{{#if nmae}}{{/if}}')).toEqual(['nmae']);
  });
});
