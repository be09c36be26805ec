/** What is printed is what the real BIRD takes. On failure fast-check prints seed and counter-example. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { checkFileSet } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Host } from '../../src/plan/host.js';
import { fileSetOf } from '../../src/render/file-set.js';
import { quoted } from '../../src/render/syntax/quoted.js';
import { parseSpeakerAddress } from '../../src/values/address.js';
import { badEntry, changes, entriesAfter, goodEntry } from '../support/arbitraries.js';
import { type BirdKind, birdOf, birdsOf, checkersOf } from '../support/birds.js';
import { Renderer, storeOf } from '../support/scenario.js';

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
const own4 = parseSpeakerAddress('192.0.2.1', 'ipv4');
const own6 = parseSpeakerAddress('2001:db8::1', 'ipv6');
const NODE: Host = {
  role: 'node',
  nodeName: 'node-a',
  acceptsCustomFilters: true,
  refusedStatements: new Map(),
};
const REFLECTOR: Host = {
  ...NODE,
  role: 'reflector',
  ...(own4.ok && { ipv4: own4.value }),
  ...(own6.ok && { ipv6: own6.value }),
};
async function refusalsOf(kind: BirdKind, files: ReadonlyMap<string, string>) {
  const birds = checkersOf(birdOf(kind)).filter(({ daemon }) => files.has(`${daemon}.cfg`));
  const fileSet = fileSetOf(
    [...files].map(([name, text]) => ({ name, text })),
    birds.map(({ daemon }) => ({ daemon, name: `${daemon}.cfg`, isOptional: false })),
  );
  return checkFileSet(fileSet, birds, { clock: systemClock, logger: silentLogger });
}

describe.each([
  ['node', NODE],
  ['reflector', REFLECTOR],
])('the real BIRD accepts whatever is printed for a %s', (_, host) => {
  // Each dialect, by the oldest and the newest parser of it: a word that both take, those between take, too.
  const kinds = birdsOf('bird1', 'bird2', 'bird2-newest', 'bird3-newest', 'calico');
  test.each(kinds)('on %s', async (kind) => {
    const renderer = await Renderer.create(birdOf(kind).dialect);
    await fc.assert(
      fc.asyncProperty(entries, async (standing) => {
        const { files } = renderer.render(storeOf(standing), host);

        expect(await refusalsOf(kind, files)).toEqual([]);
      }),
      { numRuns: 25 },
    );
  });
});

/** One configuration with a protocol for each of `strings`, which describes itself with it. */
function describedBy(strings: readonly string[]): ReadonlyMap<string, string> {
  const protocols = strings.map(
    (text, index) => `protocol static s${index} { description ${text}; }`,
  );
  return new Map([['bird.cfg', ['router id 192.0.2.1;', ...protocols, ''].join('\n')]]);
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 400 }),
  fc
    .array(fc.constantFrom('"', "'", '\\', '#', '/*', '*/', ';', '}', '{', ' ', 'a', '\n', '\t'))
    .map((parts) => parts.join('')),
);

test('any text that can be quoted stands in a BIRD string, and all that is short and has no " or control character can', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyText, { minLength: 60, maxLength: 60 }), async (texts) => {
      const strings = texts.flatMap((text) => {
        const result = quoted(text);
        const isFit = !/["\p{Cc}]/u.test(text) && Buffer.byteLength(text) <= 1_000;
        expect({ text, ok: result.ok }).toEqual({ text, ok: isFit });
        return result.ok ? [result.value] : [];
      });

      // BIRD 1.6 wants no channel in a static protocol, so it is the one to ask; its lexer of strings is the same.
      expect(await refusalsOf('bird1', describedBy(strings))).toEqual([]);
    }),
    { numRuns: 6 },
  );
});

test('raw statements that BIRD accepts one by one it accepts together, also with the same variable', async () => {
  const renderer = await Renderer.create('bird2');
  const filters = '/calico/bgp/v1/global/custom_filters/v4';
  const standing = [
    { key: '/calico/bgp/v1/host/node-a/ip_addr_v4', value: '192.0.2.1' },
    { key: `${filters}/10`, value: 'int distance;\ndistance = 1; # no more' },
    { key: `${filters}/20`, value: 'int distance;\nif (distance = 2) then { reject; }' },
  ];
  const { files } = renderer.render(storeOf(standing), NODE);

  expect(files.get('bird_ipam.cfg')).toMatch(/distance = 1[\s\S]*distance = 2/);
  expect(await refusalsOf('bird2', files)).toEqual([]);
});
