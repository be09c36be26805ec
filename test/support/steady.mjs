/**
 * `npm run test:steady [-- OPTION...] [FILES]`: runs tests again and again where there is little of the machine left for them,
 * and lists what failed at least once. Plain Node; see USAGE.
 *
 * Exit status: 0 when nothing failed, 1 when something did, 2 for a wrong option.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from './set-up-steps.mjs';

const USAGE = `usage: npm run test:steady [-- OPTION...] [FILES]
  --whole     the whole suite alone: three times beside two busy loops, twice on one core
  --files     the FILES alone, or without any all end-to-end tests: five times beside two busy loops
  --times N   the FILES so often instead
Without --whole and --files both.`;

/** A run that takes longer hangs. */
const LONGEST_RUN_MS = 40 * 60_000;
/** Ends with its parent, however that ends. Its last argument is only a name to find it by. */
const BUSY =
  'const parent = process.ppid; while (process.ppid === parent) for (let i = 0; i < 1e7; i++);';

const dir = mkdtempSync(join(tmpdir(), 'birdkeeper-steady-'));
/** What runs now, and ends with this process. */
const running = new Set();

process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    cleanUp();
    process.kill(process.pid, signal);
  });
}
process.exitCode = await main();

async function main() {
  const options = readOptions();
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  const runs = plannedRuns(options);
  const failures = new Map();
  for (const [i, run] of runs.entries()) {
    const { counts, failed, seconds } = await measuredRun(run, options.vitest);
    console.log(`${i + 1}/${runs.length} ${run.what}: ${counts}, ${seconds} s`);
    for (const name of failed) {
      failures.set(name, (failures.get(name) ?? 0) + 1);
      console.log(`     failed: ${name}`);
    }
  }
  console.log(failures.size === 0 ? 'nothing failed' : 'failed at least once:');
  for (const [name, times] of [...failures].sort((a, b) => b[1] - a[1])) {
    console.log(`  ${times} of ${runs.length} runs: ${name}`);
  }
  return failures.size === 0 ? 0 : 1;
}

function readOptions() {
  const all = process.argv.slice(2);
  const end = all.includes('--') ? all.indexOf('--') : all.length;
  try {
    const { values, positionals } = parseArgs({
      args: all.slice(0, end),
      allowPositionals: true,
      options: {
        whole: { type: 'boolean', default: false },
        files: { type: 'boolean', default: false },
        times: { type: 'string', default: '5' },
      },
    });
    const times = Number(values.times);
    const isBoth = values.whole === values.files;
    // What comes after a further "--" is vitest's.
    const vitest = all.slice(end + 1);
    const files = positionals.length > 0 ? positionals : ['test/e2e/'];
    const isWhole = isBoth || values.whole;
    return times > 0
      ? { isWhole, files: isBoth || values.files ? files : [], times, vitest }
      : undefined;
  } catch {
    return undefined;
  }
}

function plannedRuns({ isWhole, files, times }) {
  const loaded = { isLoaded: true, how: 'beside two busy loops' };
  const alone = { isLoaded: false, how: 'on one core' };
  const whole = [loaded, loaded, loaded, alone, alone];
  const repeats = Array.from({ length: times }, () => loaded);
  return [
    ...whole.slice(isWhole ? 0 : whole.length).map((run) => ({ ...run, files: [], name: 'whole' })),
    ...repeats.slice(files.length > 0 ? 0 : times).map((run) => ({ ...run, files, name: 'files' })),
  ].map((run) => ({ ...run, what: `${run.name}, ${run.how}` }));
}

async function measuredRun(run, vitest) {
  const busy = run.isLoaded ? [startBusy(), startBusy()] : [];
  const started = performance.now();
  try {
    return {
      ...(await testRun(run, vitest)),
      seconds: Math.round((performance.now() - started) / 1000),
    };
  } finally {
    for (const loop of busy) {
      loop.kill('SIGKILL');
    }
  }
}

/** Runs vitest to its end; gives what it counted, and the names of what failed. */
async function testRun({ isLoaded, files }, vitest) {
  const json = join(dir, 'results.json');
  rmSync(json, { force: true });
  const command = [
    process.execPath,
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    ...files,
    ...vitest,
  ];
  command.push('--reporter=json', `--outputFile=${json}`);
  const [program, ...args] = isLoaded ? command : ['taskset', '-c', firstCore(), ...command];
  // A vitest that runs this script's own test must not be taken for the one that is started here.
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('VITEST')),
  );
  const child = start(program, args, { cwd: root, env, stdio: 'ignore' });
  const deadline = setTimeout(() => child.kill('SIGTERM'), LONGEST_RUN_MS);
  const status = await new Promise((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal)),
  );
  clearTimeout(deadline);
  if (!existsSync(json)) {
    return { counts: `vitest ended with ${status}`, failed: ['the run itself'] };
  }
  const { numPassedTests, numFailedTests, testResults } = JSON.parse(readFileSync(json, 'utf8'));
  const failed = testResults.flatMap(failedOf);
  // A worker that died, say: vitest tells no test.
  const unknown =
    failed.length === 0 && status !== 0 ? [`the run itself (exit status ${status})`] : [];
  return {
    counts: `${numPassedTests} passed, ${numFailedTests} failed`,
    failed: [...failed, ...unknown],
  };
}

function failedOf({ name, status, assertionResults }) {
  const file = relative(root, name);
  const failed = assertionResults.filter((test) => test.status === 'failed');
  if (status === 'failed' && failed.length === 0) {
    return [`${file} (as a whole)`];
  }
  return failed.map((test) => `${file} > ${test.fullName}`);
}

function startBusy() {
  return start(process.execPath, ['-e', BUSY, `birdkeeper-busy-${process.pid}`], {
    stdio: 'ignore',
  });
}

function start(command, args, options) {
  const child = spawn(command, args, options);
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

/** The first one that this process may use. */
function firstCore() {
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
}

function cleanUp() {
  for (const child of running) {
    child.kill('SIGTERM');
  }
  rmSync(dir, { recursive: true, force: true });
}
