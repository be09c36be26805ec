import { mkdir, readdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type Quarantine,
  type Trial,
  TrialFile,
} from '../../../../src/apply/confirm/trial-file.js';
import { folderForTest } from '../../../support/folder.js';
import { RecordingLogger } from '../../../support/recording-logger.js';

const PROCESS = { daemon: 'bird', process: '7' } as const;
const trial: Trial = {
  ...{ sequence: 7, digest: 'd7', until: 10, dueMs: 8, restartsDueMs: 9, undoMs: 10 },
  birds: [{ ...PROCESS, awaited: ['Mesh_a'], restarting: [] }],
};
const quarantine: Quarantine = {
  ...{ sequence: 6, digest: 'd6', reason: 'Mesh_a did not come back', since: 5 },
  processes: [PROCESS],
};

test('what is on trial and what failed outlives a restart, and leaves no file when there is nothing', async () => {
  const dir = await folderForTest();
  const path = join(dir, 'trial.json');
  const file = new TrialFile(path);
  file.read(new RecordingLogger());
  expect(file.trial).toBeUndefined();

  file.set({ trial, quarantine });

  const next = new TrialFile(path);
  next.read(new RecordingLogger());
  expect([next.trial, next.quarantine]).toEqual([trial, quarantine]);
  next.set({});
  expect(await readdir(dir)).toEqual([]);
  next.set({});
});

test('a file that can not be understood is as good as none, and told', async () => {
  const path = join(await folderForTest(), 'trial.json');
  await writeFile(path, '{"trial":{"sequence":"7"}}');
  const file = new TrialFile(path);
  const logger = new RecordingLogger();

  file.read(logger);

  expect(file.trial).toBeUndefined();
  expect(logger.messages('warn')).toEqual([expect.stringMatching(/^what was on trial cannot be/)]);
});

test('what cannot be kept is known all the same, and an error', async () => {
  const path = join(await folderForTest(), 'trial.json');
  await mkdir(`${path}.new`);
  const file = new TrialFile(path);

  expect(() => file.set({ trial })).toThrow(
    /^cannot keep in .*trial\.json what is on trial: EISDIR/,
  );
  expect(file.trial).toEqual(trial);
  await rmdir(`${path}.new`);
  await mkdir(path);
  expect(() => file.set({})).toThrow(/^cannot keep in /);
});
