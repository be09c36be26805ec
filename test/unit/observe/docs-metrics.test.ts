import { test } from 'vitest';
import { expectCurrentDoc, markdownTable } from '../../support/generated-doc.js';
import { metricsOf } from './metrics-fixture.js';
import { statusWith } from './status-fixture.js';

const INTRODUCTION = `<!-- Made from src/observe/metrics.ts by "npm run docs"; a test compares. -->
# Metrics

\`/metrics\` on \`--listen\` has these in Prometheus' text format, and of the process prom-client's standard ones (\`process_*\`,
\`nodejs_*\`). A birdkeeper that waits for a BIRD, to learn its dialect, has \`birdkeeper_build_info\` (with the dialect \`auto\`),
\`birdkeeper_config_loaded\` (0), \`birdkeeper_log_lines_lost_total\` and those of the process; it doesn't know the others yet.
`;

test('docs/metrics.md has every metric as the code declares it', async () => {
  const metrics = await metricsOf(() => statusWith()).describe();
  const table = markdownTable(
    ['name', 'type', 'labels', 'what'],
    metrics.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );

  await expectCurrentDoc('metrics.md', `${INTRODUCTION}\n${table}\n`);
});
