/** What the birdkeeper of a lab host has logged. */
import { readFile } from 'node:fs/promises';
import { waitFor } from './wait-for.js';

/** What the log tells of a pass. */
interface LoggedPass {
  readonly outcome: string;
  readonly causes: readonly string[];
}

/** What the log tells before a reload that restarts sessions. */
interface LoggedForecast {
  readonly sessions: readonly string[];
  readonly reasons: readonly string[];
}

/** See the head of this file. */
export class LabLog {
  readonly file: string;

  /** @param file - where birdkeeper logs */
  constructor(file: string) {
    this.file = file;
  }

  /**
   * Waits until BIRD has loaded a configuration on account of a change of this key.
   *
   * @param mark - looks only at what has been logged after this `mark`
   * @throws when that failed
   */
  async waitForLoaded(key: string, mark = 0): Promise<void> {
    let passes: readonly LoggedPass[] = [];
    const look = async (): Promise<boolean> => {
      passes = (await this.#passes(mark)).filter(({ causes }) => causes.includes(key));
      return passes.length > 0;
    };
    await waitFor(look, { what: `${key} to be taken in, as ${this.file} tells` });
    const others = passes.filter(({ outcome }) => outcome !== 'applied');
    if (others.length > 0) {
      throw new Error(`${key}: ${JSON.stringify(others)}`);
    }
  }

  /** Waits until birdkeeper has logged this message. */
  async waitForMessage(message: string): Promise<void> {
    const line = `"msg":${JSON.stringify(message)}`;
    await waitFor(async () => (await this.#log()).some((text) => text.includes(line)), {
      what: `${this.file} to say "${message}"`,
    });
  }

  /** How far birdkeeper's log is, to look at what comes after it. */
  async mark(): Promise<number> {
    return (await this.#log()).length;
  }

  /** All that birdkeeper has logged since `mark`. */
  async since(mark: number): Promise<string> {
    return (await this.#log()).slice(mark).join('\n');
  }

  /** What birdkeeper has forecast in its log of reloads since `mark`. */
  async forecasts(mark: number): Promise<readonly LoggedForecast[]> {
    const lines = (await this.#log()).slice(mark);
    return lines
      .filter((line) => line.includes('"sessions that this reload restarts"'))
      .map((line) => JSON.parse(line));
  }

  /** The passes that birdkeeper has logged: all but those that changed nothing. */
  async #passes(mark: number): Promise<readonly LoggedPass[]> {
    const lines = (await this.#log()).slice(mark);
    return lines.filter((line) => line.includes('"causes":')).map((line) => JSON.parse(line));
  }

  /** Whole lines only: the last one may be in the making. */
  async #log(): Promise<readonly string[]> {
    return (await readFile(this.file, 'utf8')).split('\n').slice(0, -1);
  }
}
