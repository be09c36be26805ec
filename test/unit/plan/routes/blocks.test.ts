import { expect, test } from 'vitest';
import type { Block, BlockState } from '../../../../src/model/block.js';
import { type BlockRules, planBlocks } from '../../../../src/plan/routes/blocks.js';
import { familyOfText, prefix } from '../v3-fixture.js';

function block(text: string, state: BlockState = 'confirmed', nodeName = 'node-a'): Block {
  return { prefix: prefix(text), family: familyOfText(text), nodeName, state, origin: text };
}

const V3: BlockRules = { nodeName: 'node-a', family: 'ipv4', generation: 'v3' };
const V1: BlockRules = { ...V3, generation: 'v1' };

/** `PREFIX what is done`. */
function planned(blocks: readonly Block[], rules: BlockRules): readonly string[] {
  return planBlocks(blocks, rules).blocks.map((one) =>
    [
      one.prefix,
      ...(one.isBlackholed ? ['black-holed'] : []),
      ...(one.isAggregated ? ['aggregated'] : []),
    ].join(' '),
  );
}

test.each<[text: string, state: BlockState, v1: readonly string[], v3: readonly string[]]>([
  [
    '198.18.0.0/26',
    'confirmed',
    ['198.18.0.0/26 black-holed aggregated'],
    ['198.18.0.0/26 black-holed aggregated'],
  ],
  ['198.18.0.0/26', 'releasing', ['198.18.0.0/26 black-holed'], ['198.18.0.0/26 black-holed']],
  ['198.18.0.0/26', 'pending', [], []],
  [
    '198.18.0.1/32',
    'confirmed',
    ['198.18.0.1/32 black-holed aggregated'],
    ['198.18.0.1/32 aggregated'],
  ],
  [
    '2001:db8::1/128',
    'confirmed',
    ['2001:db8::1/128 black-holed aggregated'],
    ['2001:db8::1/128 aggregated'],
  ],
])('the block %s, %s: by the rules of v1 %j, of v3 %j', (text, state, v1, v3) => {
  const family = familyOfText(text);

  expect(planned([block(text, state)], { ...V1, family })).toEqual(v1);
  expect(planned([block(text, state)], { ...V3, family })).toEqual(v3);
});

test('blocks of other nodes and of the other family are none of this plan', () => {
  const blocks = [block('198.18.0.0/26', 'confirmed', 'node-b'), block('2001:db8::/122')];

  expect(planned(blocks, V3)).toEqual([]);
});

test('pod prefixes of the family count as blocks, and one that is a block already counts once', () => {
  const podPrefixes = [prefix('198.18.0.0/24'), prefix('198.18.1.0/24'), prefix('2001:db8::/64')];

  const { blocks, problems } = planBlocks([block('198.18.0.0/24')], { ...V3, podPrefixes });

  expect(problems).toEqual([]);
  expect(blocks.map(({ prefix, origin }) => `${prefix} of ${origin}`)).toEqual([
    '198.18.0.0/24 of 198.18.0.0/24',
    '198.18.1.0/24 of pod CIDR of node node-a',
  ]);
});

test('a block that a static route black-holes has no black hole of its own', () => {
  const routed = new Set([prefix('198.18.0.0/26')]);

  expect(planned([block('198.18.0.0/26')], { ...V3, routed })).toEqual([
    '198.18.0.0/26 aggregated',
  ]);
});
