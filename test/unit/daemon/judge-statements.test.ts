import { expect, test } from 'vitest';
import { checkStatements } from '../../../src/apply/check/check-once.js';
import { AdvisedError } from '../../../src/base/advised-error.js';
import { systemClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { StatementJudge } from '../../../src/daemon/judge-statements.js';
import type { CustomFilter } from '../../../src/model/custom-filter.js';
import { tools } from '../../support/tools.js';

function filterOf(
  statements: string,
  name = 'f',
  family: CustomFilter['family'] = 'ipv4',
): CustomFilter {
  return {
    family,
    name,
    statements,
    origin: `/calico/bgp/v1/global/custom_filters/${family}/${name}`,
  };
}

const BIRD2 = { ipv4: tools.bird2.bird, ipv6: tools.bird2.bird };

/** A judge that asks the real BIRD, and notes what it was asked about. */
function judgeForTest(birds: Record<CustomFilter['family'], string> = BIRD2) {
  const asked: string[] = [];
  const judge = new StatementJudge(({ family, statements }) => {
    asked.push(statements);
    return checkStatements(
      {
        before: 'router id 192.0.2.1;\nprotocol device { }\nfunction f()\n{',
        statements,
        after: '}',
      },
      { daemon: 'bird', birdPath: birds[family], birdcPath: '', socketPath: '' },
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

  expect([...refusals.keys()]).toEqual([bad.origin]);
  expect(refusals.get(bad.origin)).toMatch(/^line 2: /);
});

test('BIRD is asked once about each text, whoever has it', async () => {
  const { judge, asked } = judgeForTest();
  const [good, bad] = ['accept;', 'acept;'];

  await judge.refusals([filterOf(good), filterOf(bad), filterOf(good, 'same')]);
  const refusals = await judge.refusals([filterOf(bad), filterOf('reject;', 'other')]);

  expect(asked).toEqual([good, bad, 'reject;']);
  expect([...refusals.keys()]).toEqual([filterOf(bad).origin]);
});

test('without statements nothing is refused and nobody asked', async () => {
  const { judge, asked } = judgeForTest();

  expect(await judge.refusals([])).toEqual(new Map());
  expect(asked).toEqual([]);
});

test('where each family has a BIRD of its own, that one judges: bird 1.6 knows no IPv6 prefixes', async () => {
  const { judge } = judgeForTest({ ipv4: tools.bird1.bird, ipv6: tools.bird1.bird6 });
  const statements = 'if net ~ 2001:db8::/32 then reject;';
  const wrong = filterOf(statements, 'a');

  const refusals = await judge.refusals([wrong, filterOf(statements, 'a', 'ipv6')]);

  expect([...refusals.keys()]).toEqual([wrong.origin]);
});

test('statements that no BIRD is there to judge are not refused: that is an error, and they are asked about again', async () => {
  const { judge, asked } = judgeForTest({ ipv4: '/nonexistent/bird', ipv6: '/nonexistent/bird' });
  const filter = filterOf('reject;');

  await expect(judge.refusals([filter])).rejects.toThrow(AdvisedError);
  await expect(judge.refusals([filter])).rejects.toThrow(AdvisedError);

  expect(asked).toEqual(['reject;', 'reject;']);
});
