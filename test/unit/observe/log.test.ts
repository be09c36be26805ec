import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import type { LogSettings } from '../../../src/observe/log.js';
import { folderForTest } from '../../support/folder.js';
import { projectRoot } from '../../support/tools.js';

/** What a process prints into files, which never make it wait, that logs `statements` and then ends in the same moment. */
async function outputOf(
  settings: LogSettings,
  statements: string,
  stream: 'stdout' | 'stderr' = 'stdout',
): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const file = join(await folderForTest(), 'program.mjs');
  const { outputFiles } = await build({
    stdin: {
      contents: `import { createLogger } from './src/observe/log.ts';
import { LogOutput } from './src/observe/log-output.ts';
const logger = createLogger(${JSON.stringify(settings)}, new LogOutput(process.${stream}));
${statements};
process.exit(0);`,
      resolveDir: projectRoot,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
  });
  await writeFile(file, outputFiles[0]?.text ?? '');
  const command = `exec "$0" "$1" >"$1.stdout" 2>"$1.stderr"`;
  await promisify(execFile)('sh', ['-c', command, process.execPath, file]);
  const [stdout, stderr] = await Promise.all(
    ['stdout', 'stderr'].map((name) => readFile(`${file}.${name}`, 'utf8')),
  );
  return { stdout: stdout ?? '', stderr: stderr ?? '' };
}

test('a line is one JSON object with an ISO time and the name of its level', async () => {
  const before = Date.now();

  const { stdout } = await outputOf(
    { level: 'info', format: 'json' },
    "logger.warn({ key: '/a\\n', count: 2 }, 'problem')",
  );

  expect(stdout.endsWith('\n')).toBe(true);
  expect(stdout.trimEnd()).not.toContain('\n');
  const { time, ...rest } = JSON.parse(stdout);
  expect(rest).toEqual({ level: 'warn', key: '/a\n', count: 2, msg: 'problem' });
  expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
});

test('an error is logged with its message and stack', async () => {
  const { stdout } = await outputOf(
    { level: 'info', format: 'json' },
    "logger.error({ err: new Error('disk full') }, 'stopped')",
  );

  expect(JSON.parse(stdout).err).toMatchObject({
    type: 'Error',
    message: 'disk full',
    stack: expect.stringContaining('program.mjs'),
  });
});

test('what is below the level is not logged', async () => {
  const { stdout } = await outputOf(
    { level: 'warn', format: 'json' },
    "logger.debug({}, 'a'); logger.info({}, 'b'); logger.warn({}, 'c'); logger.error({}, 'd')",
  );

  const messages = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line).msg);
  expect(messages).toEqual(['c', 'd']);
});

test('lines for people have level, message and fields, and none is lost at the end', async () => {
  const { stdout } = await outputOf(
    { level: 'info', format: 'pretty' },
    "for (let i = 1; i <= 500; i += 1) logger.info({ i }, 'line')",
  );

  expect(stdout).not.toContain('{');
  expect(stdout.match(/INFO.*: line/g)).toHaveLength(500);
  expect(stdout.trimEnd().endsWith('i: 500')).toBe(true);
});

test('commands whose output is their answer log to standard error', async () => {
  const { stdout, stderr } = await outputOf(
    { level: 'info', format: 'json' },
    "logger.info({}, 'aside')",
    'stderr',
  );

  expect(stdout).toBe('');
  expect(JSON.parse(stderr).msg).toBe('aside');
});
