import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkFileSet } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { fileSetOf } from '../../src/render/file-set.js';
import { badEntry, changes, entriesAfter, goodEntry } from '../support/arbitraries.js';
import { Renderer, storeOf } from '../support/scenario.js';
import { tools } from '../support/tools.js';

const entries = fc
  .array(
    changes(fc.oneof({ weight: 3, arbitrary: goodEntry }, { weight: 1, arbitrary: badEntry })),
    {
      maxLength: 6,
    },
  )
  .map(entriesAfter)
  // Raw statements are the operator's own; they are judged by BIRD alone, before they join.
  .map((standing) => standing.filter(({ key }) => !key.includes('custom_filters')));
const host = {
  role: 'node',
  nodeName: 'node-a',
  acceptsCustomFilters: true,
  refusedStatements: new Map<string, string>(),
} as const;
const socketPath = '/nonexistent/bird.ctl';
const BIRDS = {
  bird2: [{ daemon: 'bird', birdPath: tools.bird2.bird, birdcPath: tools.bird2.birdc, socketPath }],
  bird1: [
    { daemon: 'bird', birdPath: tools.bird1.bird, birdcPath: tools.bird1.birdc, socketPath },
    { daemon: 'bird6', birdPath: tools.bird1.bird6, birdcPath: tools.bird1.birdc6, socketPath },
  ],
} as const;

test.each(['bird1', 'bird2'] as const)(
  'the real BIRD accepts whatever %s prints',
  async (dialect) => {
    const renderer = await Renderer.create(dialect);
    await fc.assert(
      fc.asyncProperty(entries, async (standing) => {
        const { files } = renderer.render(storeOf(standing), host);
        const fileSet = fileSetOf(
          [...files].map(([name, text]) => ({ name, text })),
          BIRDS[dialect].map(({ daemon }) => ({
            daemon,
            name: `${daemon}.cfg`,
            isOptional: false,
          })),
        );

        expect(
          await checkFileSet(fileSet, BIRDS[dialect], { clock: systemClock, logger: silentLogger }),
        ).toEqual([]);
      }),
      { numRuns: 40 },
    );
  },
);
