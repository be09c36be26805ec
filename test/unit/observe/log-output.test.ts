import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import { LogOutput } from '../../../src/observe/log-output.js';
import { ManualClock } from '../../support/manual-clock.js';

/** A stream whose reader takes a line when the test says so, or fails. */
class SlowStream extends Writable {
  readonly taken: string[] = [];
  #waiting: (() => void)[] = [];
  isSlow = true;
  error: Error | undefined;

  override _write(chunk: Buffer, _: string, done: (error?: Error | null) => void): void {
    const take = (): void => {
      if (this.error === undefined) {
        this.taken.push(chunk.toString());
      }
      done(this.error);
    };
    if (this.isSlow) {
      this.#waiting.push(take);
    } else {
      take();
    }
  }

  /** As standard output does: an error is of one write, and the next one is tried. */
  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    done(error);
    (this as unknown as { _undestroy(): void })._undestroy();
  }

  /** Takes all that waits, and all that comes. */
  async catchUp(): Promise<void> {
    this.isSlow = false;
    for (const take of this.#waiting.splice(0)) {
      take();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function outputForTest(maxWaiting: number): { stream: SlowStream; output: LogOutput } {
  const stream = new SlowStream();
  const output = new LogOutput(stream, maxWaiting);
  output.tellLossAs((lost) => `lost ${lost}\n`);
  return { stream, output };
}

test('what does not fit beside the lines that wait is lost, counted, and told once all have been read', async () => {
  const { stream, output } = outputForTest(10);
  for (const line of ['one--\n', 'two\n', 'three\n', 'four\n']) {
    output.write(line);
  }
  expect(output.lost).toBe(2);

  await stream.catchUp();

  expect(stream.taken).toEqual(['one--\n', 'two\n', 'lost 2\n']);
  output.write('five\n');
  await stream.catchUp();
  expect(stream.taken.slice(3)).toEqual(['five\n']);
  expect(output.lost).toBe(2);
});

test('lines that can not be written are lost, and told when one can be again', async () => {
  const { stream, output } = outputForTest(100);
  stream.isSlow = false;
  stream.error = new Error('ENOSPC');
  output.write('one\n');
  await stream.catchUp();
  output.write('two\n');
  await stream.catchUp();
  expect(output.lost).toBe(2);

  stream.error = undefined;
  output.write('three\n');
  await stream.catchUp();

  expect(stream.taken).toEqual(['three\n', 'lost 2\n']);
});

test('a flush ends when everything is out', async () => {
  const { stream, output } = outputForTest(100);
  output.write('one\n');
  const flushed = output.flush(systemClock, 60_000);

  await stream.catchUp();
  await flushed;

  expect(stream.taken).toEqual(['one\n']);
});

test('a flush that nobody reads ends with its deadline', async () => {
  const { output } = outputForTest(100);
  const clock = new ManualClock();
  output.write('one\n');
  let isFlushed = false;
  const flushed = output.flush(clock, 2_000).then(() => {
    isFlushed = true;
  });

  while (!isFlushed) {
    clock.advance(10);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await flushed;

  expect(clock.monotonic()).toBeGreaterThanOrEqual(2_000);
});
