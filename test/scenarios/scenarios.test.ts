import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readBirdVersionText } from '../../src/apply/bird-version.js';
import { checkFileSet } from '../../src/apply/check/check-once.js';
import { systemClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { DialectName } from '../../src/render/dialects/index.js';
import { fileSetOf, type MainFile } from '../../src/render/file-set.js';
import { BIRDS, type Bird, type BirdKind, birdOf, checkersOf } from '../support/birds.js';
import { randomNumbers } from '../support/random.js';
import {
  filesBelow,
  findScenarios,
  GOLDEN_DIALECTS,
  type Rendered,
  Renderer,
  type Scenario,
  storeFor,
} from '../support/scenario.js';
import { projectRoot } from '../support/tools.js';

const isRewriting = process.env.UPDATE_GOLDEN === '1';
if (isRewriting && process.env.CI) {
  throw new Error('expected files are not rewritten where they are to be checked');
}

const scenarios = await findScenarios();

/** A dialect as a BIRD of this version is given it, and a BIRD that has to read it. */
interface Reader {
  readonly dialect: DialectName;
  readonly kind: BirdKind;
  readonly version: string;
}

/** Each BIRD reads its own dialect; what is for Calico's fork, stock BIRD 1.6 reads too: the fork may not be here. */
const readers: readonly Reader[] = [
  ...(await Promise.all(BIRDS.map(readerOf))),
  { dialect: 'calico', kind: 'bird1', version: '1.6.8' },
];

test('there are scenarios', () => {
  expect(scenarios.length).toBeGreaterThan(20);
});

describe.each(scenarios)('$name', (scenario) => {
  test.each(GOLDEN_DIALECTS)('%s prints the expected files', async (dialect) => {
    const rendered = await render(scenario, dialect);
    if (isRewriting) {
      await rewrite(scenario, dialect, rendered);
    }

    expect(await expectedFiles(scenario, dialect)).toEqual(Object.fromEntries(rendered.files));
  });

  test('bird3 prints what bird2 does, but for what is expected of it', async () => {
    const [bird2, bird3] = await Promise.all([
      render(scenario, 'bird2'),
      render(scenario, 'bird3'),
    ]);
    if (isRewriting) {
      await rewriteBird3(scenario, bird2, bird3);
    }
    const own = await expectedFiles(scenario, 'bird3');

    expect(Object.fromEntries(bird3.files)).toEqual({ ...Object.fromEntries(bird2.files), ...own });
  });

  test('the problems are the expected ones', async () => {
    const problems: string[] = [];
    for (const dialect of [...GOLDEN_DIALECTS, 'bird3'] as const) {
      if (dialect === 'bird3' && Object.keys(await expectedFiles(scenario, dialect)).length === 0) {
        continue;
      }
      problems.push(
        ...(await render(scenario, dialect)).problems.map((line) => `${dialect}: ${line}`),
      );
    }
    const text = problems.length === 0 ? '' : `${problems.join('\n')}\n`;
    const path = join(scenario.folder, 'expected/problems.txt');
    if (isRewriting) {
      await (text === '' ? rm(path, { force: true }) : writeFile(path, text));
    }

    expect(await readFile(path, 'utf8').catch(() => '')).toBe(text);
  });

  test.each(GOLDEN_DIALECTS)(
    '%s: the order of the entries makes no difference, and printing again none either',
    async (dialect) => {
      const renderer = await Renderer.create(dialect);
      const { files } = renderer.render(storeFor(scenario), scenario.host);

      for (const entries of [scenario.entries.toReversed(), shuffled(scenario.entries)]) {
        expect(renderer.render(storeFor(scenario, entries), scenario.host).files).toEqual(files);
      }
    },
  );

  test('no neighbor has two sessions in one BIRD', async () => {
    for (const dialect of GOLDEN_DIALECTS) {
      for (const text of (await render(scenario, dialect)).files.values()) {
        const neighbors = [...text.matchAll(/neighbor (\S+) as/g)].map(([, address]) => address);
        expect(new Set(neighbors).size).toBe(neighbors.length);
      }
    }
  });

  test.each(readers)('the real $kind accepts what $dialect prints', async (reader) => {
    const { files } = await render(scenario, reader.dialect, reader.version);

    expect(await refusalsOf(reader, files)).toEqual([]);
  });

  test('it says what it is about, and nothing lies about in its folder', async () => {
    const names = await filesBelow(scenario.folder);
    const known =
      /^(README\.md|(datastore|settings|files)\.yaml|expected\/(problems\.txt|(bird[123]|calico)\/\w+\.cfg))$/;

    expect(names).toContain('README.md');
    expect(names.filter((name) => !known.test(name))).toEqual([]);
  });
});

test('the check by BIRD can fail', async () => {
  const files = new Map([['bird.cfg', 'protocol device { }\nprotocol bgp { }\n']]);

  for (const reader of readers) {
    expect(await refusalsOf(reader, files)).not.toEqual([]);
  }
});

test('every rule names scenarios that exist, and every scenario shows some rule', async () => {
  const sources = (await filesBelow(join(projectRoot, 'src'))).map((name) =>
    readFile(join(projectRoot, 'src', name), 'utf8'),
  );
  const text = (await Promise.all(sources)).join('\n');
  const named = [...text.matchAll(/@scenario (\S+)/g)].map(([, name]) => name ?? '');

  expect([...new Set(named)].sort()).toEqual(scenarios.map(({ name }) => name));
});

/** The same order at each run: a test that fails does so again. */
function shuffled<T>(values: readonly T[]): readonly T[] {
  const random = randomNumbers(values.length);
  return values
    .map((value) => ({ value, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ value }) => value);
}

async function readerOf({ kind, dialect, bird }: Bird): Promise<Reader> {
  const version = await readBirdVersionText(bird, '/nonexistent/bird.ctl');
  return { kind, dialect, version: version ?? expect.fail(`${bird} doesn't say its version`) };
}

async function render(
  scenario: Scenario,
  dialect: DialectName,
  version?: string,
): Promise<Rendered> {
  return (await Renderer.create(dialect, version)).render(storeFor(scenario), scenario.host);
}

async function expectedFiles(
  { folder }: Scenario,
  dialect: DialectName,
): Promise<Readonly<Record<string, string>>> {
  const below = join(folder, 'expected', dialect);
  const names = await filesBelow(below);
  const texts = await Promise.all(names.map((name) => readFile(join(below, name), 'utf8')));
  return Object.fromEntries(names.map((name, index) => [name, texts[index] ?? '']));
}

async function rewrite(
  { folder }: Scenario,
  dialect: DialectName,
  { files }: Rendered,
): Promise<void> {
  const below = join(folder, 'expected', dialect);
  await rm(below, { recursive: true, force: true });
  for (const [name, text] of files) {
    await mkdir(dirname(join(below, name)), { recursive: true });
    await writeFile(join(below, name), text);
  }
}

/** Writes those files of `bird3` that aren't as those of `bird2`. */
async function rewriteBird3(scenario: Scenario, bird2: Rendered, bird3: Rendered): Promise<void> {
  const own = [...bird3.files].filter(([name, text]) => bird2.files.get(name) !== text);
  await rewrite(scenario, 'bird3', { ...bird3, files: new Map(own) });
}

/** Stock BIRD 1.6 doesn't know the one attribute that Calico's fork adds; the rest of its text is checked. */
async function refusalsOf({ dialect, kind }: Reader, files: ReadonlyMap<string, string>) {
  const birds = checkersOf(birdOf(kind)).filter(({ daemon }) => files.has(`${daemon}.cfg`));
  const mainFiles: readonly MainFile[] = birds.map(({ daemon }) => ({
    ...{ daemon, name: `${daemon}.cfg`, isOptional: false },
  }));
  const isForeign = dialect !== birdOf(kind).dialect;
  const texts = [...files].map(([name, text]) => ({
    name,
    text: isForeign ? text.replaceAll(/krt_tunnel = "\w*";/g, 'preference = 100;') : text,
  }));
  return checkFileSet(fileSetOf(texts, mainFiles), birds, {
    clock: systemClock,
    logger: silentLogger,
  });
}
