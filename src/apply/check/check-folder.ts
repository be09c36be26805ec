/** Has the real BIRD parse a whole configuration before anything depends on it. */

import { join } from 'node:path';

import type { Clock } from '../../base/clock.js';
import type { BirdDaemon, FileSet, MainFile } from '../../render/file-set.js';
import { ApplyError } from '../apply-error.js';
import type { Refusal } from '../apply-outcome.js';
import type { BirdInstance } from '../bird-instance.js';
import { BirdSocketError, queryBird } from '../birdc/control-client.js';
import type { BirdReply } from '../birdc/reply-reader.js';
import type { ProgramRunner } from '../process/program-run.js';
import { processAt } from '../process-at.js';
import { firstBirdRefusal } from './bird-refusal.js';
import { parseCheckOutput } from './check-output.js';
import { refusalOf } from './refusal.js';

/** A BIRD, and what runs its programs. */
export interface CheckingBird {
  readonly instance: BirdInstance;
  readonly runner: ProgramRunner;
}

/** What a check needs besides the files. */
export interface CheckContext {
  readonly birds: readonly CheckingBird[];
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** Told each line that BIRD printed although it accepted the files. */
  onWarning(daemon: BirdDaemon, line: string): void;
}

/**
 * The refusals of the files in `folder`, at most one from each BIRD; none when all accept. The BIRDs check side by side.
 *
 * @throws {ApplyError} when BIRD could not be asked, which says nothing about the files
 */
export async function checkFolder(
  folder: string,
  fileSet: Pick<FileSet, 'files' | 'mainFiles'>,
  context: CheckContext,
): Promise<readonly Refusal[]> {
  const refusals = await Promise.all(
    fileSet.mainFiles.map(async (mainFile) => {
      const bird = context.birds.find(({ instance }) => instance.daemon === mainFile.daemon);
      if (bird === undefined) {
        throw new Error(`the configuration is for ${mainFile.daemon}, which is not set up`);
      }
      const check = new Check(bird, context);
      const refusal = await check.run(join(folder, mainFile.name), mainFile);
      return refusal && refusalOf(mainFile.daemon, refusal, fileSet);
    }),
  );
  return refusals.filter((refusal) => refusal !== undefined);
}

class Check {
  readonly #bird: CheckingBird;
  readonly #context: CheckContext;

  constructor(bird: CheckingBird, context: CheckContext) {
    this.#bird = bird;
    this.#context = context;
  }

  async run(path: string, mainFile: MainFile) {
    const { birdPath, daemon, socketPath } = this.#bird.instance;
    const { timeoutMs, onWarning } = this.#context;
    const call = { program: birdPath, args: ['-p', '-c', path], timeoutMs };
    const { exitCode, output, isMissing, isTimedOut } = await this.#bird.runner.run(call);
    if (isMissing) {
      // Of a BIRD that this host has no use for nothing need be installed.
      const isUnused = mainFile.isOptional && processAt(socketPath) === undefined;
      return isUnused ? undefined : this.#askRunningBird(path);
    }
    if (isTimedOut) {
      throw checkFailed(birdPath, `did not end within ${timeoutMs} ms and was killed`);
    }
    const verdict = parseCheckOutput(exitCode, output);
    switch (verdict.kind) {
      case 'accepted':
        for (const line of verdict.warnings) {
          onWarning(daemon, line);
        }
        return undefined;
      case 'refused':
        return verdict.refusal;
      case 'unclear':
        throw checkFailed(birdPath, verdict.reason);
    }
  }

  /** Where BIRD runs in another container, the running BIRD can check a file, if it sees it under the same path. */
  async #askRunningBird(path: string) {
    const { birdPath, socketPath } = this.#bird.instance;
    const { code, lines } = await this.#query(`configure check "${path}"`);
    if (code === '0020') {
      return undefined;
    }
    const refusal = firstBirdRefusal(lines.map(({ text }) => text));
    if (refusal !== undefined) {
      return refusal;
    }
    throw new ApplyError(
      `there is no ${birdPath}, and BIRD at ${socketPath} could not check ${path} instead: ${lines.at(-1)?.text}`,
      {
        advice:
          'install bird beside birdkeeper (--bird), or let BIRD see the output directory under the same path',
        isRetryable: true,
      },
    );
  }

  async #query(command: string): Promise<BirdReply> {
    const { birdPath, socketPath } = this.#bird.instance;
    const { clock, timeoutMs } = this.#context;
    try {
      return await queryBird({ socketPath, clock, timeoutMs }, command);
    } catch (error) {
      if (!(error instanceof BirdSocketError)) {
        throw error;
      }
      throw new ApplyError(`there is no ${birdPath} to check with; ${error.message}`, {
        advice: `install bird or set --bird; or start BIRD on ${socketPath}, which can check as well`,
        isRetryable: true,
        cause: error,
      });
    }
  }
}

function checkFailed(birdPath: string, reason: string): ApplyError {
  return new ApplyError(`"${birdPath} -p" could not check the configuration: it ${reason}`, {
    advice: `run it by hand; set --bird if ${birdPath} is the wrong program`,
    isRetryable: true,
  });
}
