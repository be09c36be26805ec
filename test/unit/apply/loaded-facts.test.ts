import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ApplyError } from '../../../src/apply/apply-error.js';
import type { Refusal } from '../../../src/apply/apply-outcome.js';
import type { BirdProcess } from '../../../src/apply/bird-process.js';
import { type LoadedFact, LoadedFacts } from '../../../src/apply/loaded-facts.js';
import { folderForTest } from '../../support/folder.js';
import { RecordingLogger } from '../../support/recording-logger.js';

const FACT: LoadedFact = {
  sequence: 7,
  digest: 'digest-7',
  process: '1:2:3',
  isInProgress: false,
  loadedAt: 1_000,
};

const REFUSAL: Refusal = { daemon: 'bird', file: 'bird.cfg', line: 3, message: 'syntax error' };

/** A BIRD of which one process runs. */
function birdThatIs(process: string | undefined, daemon: 'bird' | 'bird6' = 'bird') {
  return {
    instance: { daemon },
    isStill: (other: string | undefined) => other === process,
  } as Partial<BirdProcess> as BirdProcess;
}

async function pathForTest(): Promise<string> {
  return join(await folderForTest(), 'state.json');
}

/** What another run reads from the file. */
function readAnew(path: string): LoadedFacts {
  const facts = new LoadedFacts(path);
  facts.read();
  return facts;
}

describe('what each BIRD runs', () => {
  test('is nothing without a file', async () => {
    const facts = readAnew(await pathForTest());

    expect(facts.get('bird')).toBeUndefined();
    expect(facts.get('bird6')).toBeUndefined();
    expect(facts.all).toEqual([]);
  });

  test('is known to the next run once it is written', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    facts.set('bird', FACT);
    facts.set('bird6', { ...FACT, sequence: 9, isInProgress: true });
    expect(readAnew(path).get('bird')).toBeUndefined();

    facts.write();

    expect(readAnew(path).get('bird')).toEqual(FACT);
    expect(readAnew(path).get('bird6')).toEqual({ ...FACT, sequence: 9, isInProgress: true });
    expect(readAnew(path).all[0]?.sequence).toBe(9);
  });

  test('is the last that was said of it', async () => {
    const facts = new LoadedFacts(await pathForTest());
    facts.set('bird', FACT);
    facts.set('bird', { ...FACT, sequence: 8, process: undefined });

    expect(facts.get('bird')).toEqual({ ...FACT, sequence: 8, process: undefined });
    expect(facts.all[0]?.sequence).toBe(8);
  });

  test('of a BIRD without a control socket is kept without its process', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    facts.set('bird', { ...FACT, process: undefined });

    facts.write();

    expect(readAnew(path).get('bird')?.process).toBeUndefined();
    expect(readAnew(path).get('bird')?.sequence).toBe(7);
  });

  test.each([
    ['no JSON', '{"version":2,'],
    ['an older version', '{"version":1,"loaded":{},"refused":[]}'],
    ['a number for a digest', '{"version":2,"loaded":{"bird":{"sequence":1,"digest":2}}}'],
    ['no refusals', '{"version":2,"loaded":{}}'],
    ['nothing', ''],
  ])('in a file with %s is as good as unknown', async (_, text) => {
    const path = await pathForTest();
    writeFileSync(path, text);

    const facts = readAnew(path);

    expect(facts.get('bird')).toBeUndefined();
    expect(facts.all).toEqual([]);
  });

  test('is forgotten where the file can no longer be read', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    facts.set('bird', FACT);
    facts.write();
    writeFileSync(path, 'x');
    const logger = new RecordingLogger();

    facts.read(logger);

    expect(facts.get('bird')).toBeUndefined();
    expect(logger.messages('warn')).toEqual([
      expect.stringMatching(/^what each BIRD runs cannot be read/),
    ]);
  });

  test('is written as a whole, in a form with a version', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    facts.set('bird', FACT);
    facts.refuse({ digest: 'd', process: 'p', refusal: REFUSAL });

    facts.write();

    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual({
      version: 2,
      loaded: { bird: FACT },
      refused: [{ digest: 'd', process: 'p', refusal: REFUSAL }],
      owed: {},
    });
  });
});

describe('what a running BIRD refused', () => {
  test('is refused again by the same process, and by no other', async () => {
    const facts = new LoadedFacts(await pathForTest());
    facts.refuse({ digest: 'd', process: '1:2:3', refusal: REFUSAL });

    expect(facts.refusalsOf('d', [birdThatIs('1:2:3')], 10)).toEqual([REFUSAL]);
    expect(facts.refusalsOf('d', [birdThatIs('1:2:4')], 10)).toEqual([]);
    expect(facts.refusalsOf('d', [birdThatIs(undefined)], 10)).toEqual([]);
    expect(facts.refusalsOf('d', [birdThatIs('1:2:3', 'bird6')], 10)).toEqual([]);
    expect(facts.refusalsOf('d', [], 10)).toEqual([]);
    expect(facts.refusalsOf('other', [birdThatIs('1:2:3')], 10)).toEqual([]);
  });

  test('is remembered over a restart of birdkeeper, column and text with it', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    const refusal = { ...REFUSAL, column: 0, text: 'protocol bgp {' };
    facts.refuse({ digest: 'd', process: '1:2:3', refusal });
    facts.write();

    expect(readAnew(path).refusalsOf('d', [birdThatIs('1:2:3')], 10)).toEqual([refusal]);
  });

  test('is told for each BIRD that refuses it', async () => {
    const facts = new LoadedFacts(await pathForTest());
    const second: Refusal = { ...REFUSAL, daemon: 'bird6', file: 'bird6.cfg' };
    facts.refuse({ digest: 'd', process: '4', refusal: REFUSAL });
    facts.refuse({ digest: 'd', process: '6', refusal: second });

    const birds = [birdThatIs('4'), birdThatIs('6', 'bird6')];
    expect(facts.refusalsOf('d', birds, 10)).toEqual([REFUSAL, second]);
    expect(facts.refusalsOf('d', birds.slice(1), 10)).toEqual([second]);
  });

  test('is told once, in its last words', async () => {
    const facts = new LoadedFacts(await pathForTest());
    facts.refuse({ digest: 'd', process: '1', refusal: REFUSAL });
    facts.refuse({ digest: 'd', process: '2', refusal: { ...REFUSAL, line: 9 } });

    expect(facts.refusalsOf('d', [birdThatIs('2')], 10)).toEqual([{ ...REFUSAL, line: 9 }]);
    expect(facts.refusalsOf('d', [birdThatIs('1')], 10)).toEqual([]);
  });

  test('is remembered of the last ten file sets', async () => {
    const facts = new LoadedFacts(await pathForTest());
    for (let count = 0; count < 12; count += 1) {
      facts.refuse({ digest: `d${count}`, process: '1', refusal: REFUSAL });
    }

    const isKnown = (digest: string): boolean =>
      facts.refusalsOf(digest, [birdThatIs('1')], 10).length > 0;
    expect(['d0', 'd1', 'd2', 'd11'].map(isKnown)).toEqual([false, false, true, true]);
  });

  test('is believed for ever, or until the time that is given with it', async () => {
    const facts = new LoadedFacts(await pathForTest());
    facts.refuse({ digest: 'd', process: '1', refusal: REFUSAL });
    facts.refuse({ digest: 'passing', process: '1', until: 61_000, refusal: REFUSAL });

    const refusals = (digest: string, nowMs: number) =>
      facts.refusalsOf(digest, [birdThatIs('1')], nowMs);
    expect(refusals('d', Number.MAX_SAFE_INTEGER)).toEqual([REFUSAL]);
    expect(refusals('passing', 60_999)).toEqual([REFUSAL]);
    expect(refusals('passing', 61_000)).toEqual([]);
  });

  test('is forgotten when a BIRD of that name takes it after all', async () => {
    const facts = new LoadedFacts(await pathForTest());
    facts.refuse({ digest: 'd', process: '1', refusal: REFUSAL });
    facts.set('bird6', { ...FACT, digest: 'd' });
    facts.set('bird', { ...FACT, digest: 'other' });
    expect(facts.isRefused('d')).toBe(true);

    facts.set('bird', { ...FACT, digest: 'd' });

    expect(facts.isRefused('d')).toBe(false);
    expect(facts.refusalsOf('d', [birdThatIs('1')], 0)).toEqual([]);
  });
});

describe('what was loaded by any process', () => {
  test('is told with the newest first', async () => {
    const facts = new LoadedFacts(await pathForTest());
    expect(facts.all).toEqual([]);
    facts.set('bird', FACT);
    facts.set('bird6', { ...FACT, sequence: 12 });

    expect(facts.all.map(({ sequence }) => sequence)).toEqual([12, 7]);
  });

  test.each([
    ['is as it was', 'mark-7', 'mark-7', true],
    ['came back from a backup', 'mark-7', 'other', false],
    ['is gone', 'mark-7', undefined, true],
    ['was never marked', undefined, 'mark-7', true],
  ])('is known on while its generation %s', async (_, mark, now, isKept) => {
    const facts = new LoadedFacts(await pathForTest());
    facts.set('bird', { ...FACT, ...(mark !== undefined && { mark }) });
    const asked: number[] = [];

    facts.forgetRestored((sequence) => {
      asked.push(sequence);
      return now;
    });

    expect(asked).toEqual([7]);
    expect(facts.get('bird') !== undefined).toBe(isKept);
  });
});

describe('a reload of filters that is owed', () => {
  test('is known to the next run before BIRD is asked for anything', async () => {
    const path = await pathForTest();
    new LoadedFacts(path).owed.set('bird', '1:2:3');

    expect(readAnew(path).owed.get('bird')).toBe('1:2:3');
    expect(readAnew(path).owed.get('bird6')).toBeUndefined();
  });

  test('is forgotten once it was made up for, and the file is written', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    facts.owed.set('bird', '1:2:3');
    facts.owed.delete('bird');
    facts.write();

    expect(readAnew(path).owed.get('bird')).toBeUndefined();
  });

  test('that cannot be written is refused, and not owed, until it can be', async () => {
    const path = await pathForTest();
    const facts = new LoadedFacts(path);
    mkdirSync(`${path}.new`);
    const note = () => facts.owed.set('bird', '1:2:3');

    expect(note).toThrow(ApplyError);
    expect(note).toThrow(`cannot note in ${path} that bird is owed a reload`);
    expect(facts.owed.get('bird')).toBeUndefined();

    rmdirSync(`${path}.new`);
    note();
    expect(readAnew(path).owed.get('bird')).toBe('1:2:3');
  });

  test('is none in a file of a birdkeeper that kept none', async () => {
    const path = await pathForTest();
    writeFileSync(path, '{"version":2,"loaded":{},"refused":[]}');

    expect(readAnew(path).owed.get('bird')).toBeUndefined();
  });
});
