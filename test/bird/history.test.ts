/** The stories of generations, as a real BIRD makes them, and `birdkeeper history` over them. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { GenerationCause } from '../../src/apply/story/story.js';
import { numberedFiles } from '../support/apply-files.js';
import { ApplySite } from '../support/apply-site.js';
import { birdkeeper } from '../unit/cli/in-process.js';

const CAUSE: GenerationCause = {
  at: Date.UTC(2026, 10, 24, 8, 30, 5),
  causes: ['/calico/bgp/v1/host/node-b/ip_addr_v4'],
  causeCount: 3,
  revision: '42',
  changes: ['session added: Mesh_192_0_2_2'],
  restarts: { count: 1, sessions: ['Mesh_192_0_2_3'], reasons: ['Mesh_192_0_2_3: its name'] },
};
const cause = () => CAUSE;
const withPassword = (password: string) =>
  `protocol bgp peer { disabled; ipv4 { import all; export none; }; local 192.0.2.1 as 64512; neighbor 192.0.2.9 as 64512; password "${password}"; }\n`;

test('history shows why each generation was made, what BIRD said, and no password', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance]);
  await applier.apply(numberedFiles(1, { more: withPassword('first secret') }), { cause });
  await applier.apply(numberedFiles(2, { more: withPassword('other secret') }), { cause });
  await applier.apply(numberedFiles(3, { more: 'foo;\n' }), { cause });

  const { out, status } = await history(site);
  expect(status).toBe(0);
  expect(out.split('\n').slice(3, -2)).toEqual([
    expect.stringMatching(
      /^\| 1 +\| 2026-11-24 08:30:05 UTC \| +\| \/calico\/bgp\/v1\/host\/node-b\/ip_addr_v4 and 2 more \| session added: Mesh_192_0_2_2 \|$/,
    ),
    expect.stringMatching(/^\| 2 .* \| current, run by bird \| /),
    expect.stringMatching(/^\| 3 .* \| refused +\| /),
  ]);
  const shown = await history(site, 'show', '2');
  expect(
    shown.out.replaceAll(/\d+\.\d ms/g, 'T ms').replaceAll(/2026-(?!11-24 08:30)\S+ \S+/g, 'NOW'),
  ).toMatch(
    new RegExp(
      [
        'Generation 2 \\([0-9a-f]{12}\\), current, run by bird',
        'Files: bird.cfg bird_aggr.cfg',
        'Made: 2026-11-24 08:30:05 UTC, of revision 42',
        'Caused by:',
        '  /calico/bgp/v1/host/node-b/ip_addr_v4',
        '  and 2 more',
        'Changed:',
        '  session added: Mesh_192_0_2_2',
        'Sessions restarted, by forecast: 1:',
        '  Mesh_192_0_2_3: its name',
        'Took: stage T ms, check T ms, install T ms',
        '.*: bird loaded after T ms: Reconfigur.*',
        '$',
      ].join('\n'),
    ),
  );
  expect((await history(site, 'show', '3')).out).toMatch(
    /: bird refused: bird\.cfg:\d+:\d+ syntax error/,
  );
  const diff = await history(site, 'diff', '1', '2');
  expect(diff).toMatchObject({ status: 1, err: '' });
  expect(diff.out).toContain('--- 1/bird.cfg\n+++ 2/bird.cfg\n');
  expect(diff.out).toContain('password "[redacted 2]"');
  expect(diff.out + out + shown.out).not.toContain('secret');
  expect(await history(site, 'diff', '2', '2')).toEqual({ status: 0, out: '', err: '' });
  expect(await history(site, 'show', '7')).toMatchObject({
    status: 1,
    err: 'birdkeeper: there is no generation 7 to be had: it is not on disk; there are 1 2\n',
  });
  expect(await history(site, 'diff', '2', '3')).toMatchObject({
    status: 2,
    err: 'birdkeeper: there is no generation 3 to be had: BIRD refused it; there are 1 2\n',
  });
});

test('a story that is absent, broken or can not be written is told, and stops nothing', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  await (await site.open([bird.instance])).apply(numberedFiles(1), { cause });
  await site.closeAll();
  const folder = (n: number) => join(site.outputDir, '.birdkeeper/generations', String(n));
  await rm(join(folder(1), 'story.json'));
  const applier = await site.open([bird.instance]);
  expect(await applier.apply(numberedFiles(1))).toMatchObject({ kind: 'unchanged' });
  await applier.apply(numberedFiles(2), { cause });
  await writeFile(join(folder(2), 'story.json'), '{"version":1,');

  expect((await history(site)).out).toMatch(
    /^\| 1 .*no story: it is of an older birdkeeper.*\n\| 2 .*its story cannot be read/m,
  );
  await mkdir(join(folder(2), 'story.json.new'));
  await bird.stop();
  await bird.start();
  expect(await applier.apply(numberedFiles(2))).toMatchObject({ kind: 'applied', sequence: 2 });
  expect(site.logger.lines).toContainEqual(
    expect.objectContaining({
      level: 'warn',
      message: 'the story of this generation cannot be kept; birdkeeper history lacks it',
    }),
  );
  expect(await applier.apply(numberedFiles(3), { cause })).toMatchObject({ kind: 'applied' });
  expect((await history(site, 'show', '3')).out).toContain('session added');
});

test('what is pinned stands, and is never pruned', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance], { keepGenerations: 2 });
  await applier.apply(numberedFiles(1));
  applier.pin({ sequence: 1, digest: numberedFiles(1).digest, at: 5 });
  for (const n of [2, 3]) {
    await applier.apply(numberedFiles(n));
  }

  expect(await applier.applyStanding()).toMatchObject({ kind: 'applied', sequence: 4 });

  expect(await bird.generation()).toBe(1);
  const list = JSON.parse((await history(site, '-o', 'json')).out);
  expect(list.map(({ sequence }: { sequence: number }) => sequence)).toEqual([1, 3, 4]);
  expect(list[2].story.cause.causes).toEqual(['an operator rolled back to generation 1']);
  expect(await applier.applyStanding()).toMatchObject({ kind: 'unchanged', sequence: 4 });
  applier.pin(undefined);
  expect(await applier.applyStanding()).toMatchObject({ kind: 'unchanged', sequence: 4 });
});

test('what is pinned and is not on disk, or is for another BIRD, leaves what stands', async () => {
  const site = await ApplySite.create();
  const bird = await site.startBird();
  const applier = await site.open([bird.instance]);
  await applier.apply(numberedFiles(1));

  applier.pin({ sequence: 7, digest: 'ab', at: 5 });

  expect(applier.pinned).toMatchObject({ reason: 'generation 7 is not on disk as it was written' });
  expect(await applier.applyStanding()).toMatchObject({ kind: 'unchanged', sequence: 1 });
});

test('a state directory that cannot be used is told with what helps', async () => {
  const { err, status } = await birdkeeper(['history', '--output-dir', '/no/such']);

  expect(status).toBe(2);
  expect(err).toMatch(/: ENOENT.*; create the missing folder, or set --output-dir\n$/);
});

function history(site: ApplySite, ...words: readonly string[]) {
  return birdkeeper(['history', ...words, '--output-dir', site.outputDir]);
}
