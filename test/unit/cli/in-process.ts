import { join } from 'node:path';
import { vi } from 'vitest';
import { runCli } from '../../../src/cli/cli.js';
import type { Setting } from '../../../src/settings/setting.js';
import { SETTINGS } from '../../../src/settings/settings.js';
import { projectRoot } from '../../support/tools.js';

/** What a command came to. */
export interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command of birdkeeper in this process, with nothing set in the environment but `environment`. */
export async function birdkeeper(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  for (const name of Object.values<Setting<unknown>>(SETTINGS).flatMap((one) => one.environment)) {
    vi.stubEnv(name, environment[name]);
  }
  try {
    const status = await runCli(args, join(projectRoot, 'templates'));
    return { status, out: out.text(), err: err.text() };
  } finally {
    out.end();
    err.end();
    vi.unstubAllEnvs();
  }
}

/** Keeps what is written to a stream, until `end` leaves the stream as it was: commands listen to it until they end. */
function captured(stream: NodeJS.WriteStream) {
  let text = '';
  const listeners = stream.listeners('error');
  const spy = vi.spyOn(stream, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  const end = (): void => {
    spy.mockRestore();
    for (const listener of stream.listeners('error')) {
      if (!listeners.includes(listener)) {
        stream.off('error', listener as () => void);
      }
    }
  };
  return { text: () => text, end };
}
