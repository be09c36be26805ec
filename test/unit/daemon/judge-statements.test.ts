import { expect, test } from 'vitest';
import { checkStatements } from '../../../src/apply/check/check-once.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { StatementJudge } from '../../../src/daemon/judge-statements.js';
import type { CustomFilter } from '../../../src/model/custom-filter.js';
import { tools } from '../../support/tools.js';

function filterOf(statements: string, name = 'f'): CustomFilter {
  return {
    family: 'ipv4',
    name,
    statements,
    origin: `/calico/bgp/v1/global/custom_filters/v4/${name}`,
  };
}

/** A judge that asks the real BIRD, and notes what it was asked about. */
function judgeForTest() {
  const asked: string[] = [];
  const judge = new StatementJudge((statements) => {
    asked.push(statements);
    return checkStatements(
      {
        before: 'router id 192.0.2.1;\nprotocol device { }\nfunction f()\n{',
        statements,
        after: '}',
      },
      { daemon: 'bird', birdPath: tools.bird2.bird, birdcPath: '', socketPath: '' },
      { clock: systemClock, logger: silentLogger },
    );
  });
  return { judge, asked };
}

test('statements that BIRD refuses are told with the reason, the others are not', async () => {
  const { judge } = judgeForTest();
  const good = filterOf('if net = 192.0.2.0/24 then accept;', 'good');
  const bad = filterOf('accept;\nif nte then;', 'bad');

  const refusals = await judge.refusals([good, bad]);

  expect([...refusals.keys()]).toEqual([bad.statements]);
  expect(refusals.get(bad.statements)).toMatch(/^line 2: /);
});

test('BIRD is asked once about each text, whoever has it', async () => {
  const { judge, asked } = judgeForTest();
  const [good, bad] = ['accept;', 'acept;'];

  await judge.refusals([filterOf(good), filterOf(bad), filterOf(good, 'same')]);
  const refusals = await judge.refusals([filterOf(bad), filterOf('reject;')]);

  expect(asked).toEqual([good, bad, 'reject;']);
  expect([...refusals.keys()]).toEqual([bad]);
});

test('without statements nothing is refused and nobody asked', async () => {
  const { judge, asked } = judgeForTest();

  expect(await judge.refusals([])).toEqual(new Map());
  expect(asked).toEqual([]);
});
