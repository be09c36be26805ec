/**
 * A demo that goes on after its command has ended: the walkthrough runs in a process of its own, in the background, which
 * the command waits for and leaves behind. Its process id is in a file, for the command that ends it.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from './at-exit.js';
import { projectRoot } from './tools.js';
import { waitFor } from './wait-for.js';

const pidFile = join(tmpdir(), 'birdkeeper-demo-kept.pid');
const MARK = 'BIRDKEEPER_DEMO_KEEPER';
const KEPT = 'kept';

/** Whether this process is the one in the background. */
export function isInKeeper(): boolean {
  return process.env[MARK] === '1';
}

/** Runs this command again in the background, shows what it says, and returns when it is done or stays. Gives the exit status. */
export async function walkInKeeper(): Promise<number> {
  if (keptPid() !== undefined) {
    console.error('a demo is kept running already; end it first: npm run demo -- --stop');
    return 1;
  }
  const scripts = ['test/support/run-ts.mjs', 'test/support/demo.ts'].map((f) =>
    join(projectRoot, f),
  );
  const keeper = spawn(process.execPath, [...scripts, ...process.argv.slice(2)], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    env: { ...process.env, [MARK]: '1', FORCE_COLOR: process.stdout.isTTY ? '1' : '0' },
  });
  keeper.stdout?.pipe(process.stdout);
  keeper.stderr?.pipe(process.stderr);
  // Ctrl-C reaches this process alone.
  const forget = atExit(() => keeper.kill('SIGTERM'));
  const kept = once(keeper, 'message').then(() => 0);
  const ended = once(keeper, 'exit').then(([status]) => (typeof status === 'number' ? status : 1));
  const status = await Promise.race([kept, ended]);
  forget();
  keeper.stdout?.destroy();
  keeper.stderr?.destroy();
  if (keeper.connected) {
    keeper.disconnect();
  }
  keeper.unref();
  return status;
}

/** In the background: says that all is done and the lab stays. */
export function tellKept(): void {
  writeFileSync(pidFile, String(process.pid));
  atExit(() => rmSync(pidFile, { force: true }));
  // Nobody reads any longer what this process says.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);
  process.send?.(KEPT);
}

/** Ends the process in the background, and its lab with it. Gives the exit status. */
export async function stopKept(): Promise<number> {
  const pid = keptPid();
  if (pid === undefined) {
    console.error('no demo is kept running');
    return 1;
  }
  process.kill(pid, 'SIGTERM');
  const hasEnded = (): boolean => !existsSync(`/proc/${pid}`);
  await waitFor(hasEnded, { what: 'the demo to end' });
  console.log('The demo is ended, and its namespaces are removed.');
  return 0;
}

/** The process in the background, if it runs. */
function keptPid(): number | undefined {
  try {
    const pid = Number(readFileSync(pidFile, 'utf8'));
    const isDemo = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('demo.ts');
    return isDemo ? pid : undefined;
  } catch {
    return undefined;
  }
}
