/** The alerts that docs/alerts.yaml offers ask for metrics that there are. `promtool check rules` has read them, too. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../support/tools.js';
import { metricsOf } from './metrics-fixture.js';
import { statusWith } from './status-fixture.js';

const Rules = v.object({
  groups: v.array(v.object({ rules: v.array(v.object({ alert: v.string(), expr: v.string() })) })),
});
const text = readFileSync(join(projectRoot, 'docs/alerts.yaml'), 'utf8');
const rules = v.parse(Rules, parse(text)).groups.flatMap((group) => group.rules);

test('every alert asks for a metric that there is', async () => {
  const known = (await metricsOf(() => statusWith()).describe()).map(({ name }) => name);
  const asked = rules.flatMap(({ expr }) => expr.match(/birdkeeper_[a-z_]+/g) ?? []);

  expect(asked).toHaveLength(8);
  expect(known).toEqual(expect.arrayContaining(asked));
});

test('operations.md has every expression', () => {
  const operations = readFileSync(join(projectRoot, 'docs/operations.md'), 'utf8');

  for (const { expr } of rules) {
    expect(operations).toContain(`\`${expr.replace(/\{.*\}/, '')}\``);
  }
});
