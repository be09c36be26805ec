/**
 * Reads BIRD's control protocol: a stream of lines to whole replies.
 *
 * `NNNN-text` is a line with more to come, `NNNN text` the last one, a leading blank continues with the code of the line
 * before, and `+text` is news that nobody asked for. (BIRD's sources, nest/cli.c.)
 */

/** One line of a reply. */
export interface ReplyLine {
  /** Four digits; the code of the line before for a continuation. */
  readonly code: string;
  readonly text: string;
}

/** A whole reply. */
export interface BirdReply {
  /** The code of the last line: it says how the command ended; 8xxx and 9xxx are errors. */
  readonly code: string;
  readonly lines: readonly ReplyLine[];
}

/** Collects chunks of the stream. One reader for each connection. */
export class ReplyReader {
  #rest = '';
  #code = '';
  #lines: ReplyLine[] = [];

  /** The replies that `chunk` completes, in order. */
  read(chunk: string): readonly BirdReply[] {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.map((line) => this.#readLine(line)).filter((reply) => reply !== undefined);
  }

  #readLine(line: string): BirdReply | undefined {
    if (line.startsWith('+')) {
      return undefined;
    }
    const { code, mark, text } =
      /^(?<code>\d{4})(?<mark>[ -])(?<text>.*)$/.exec(line)?.groups ?? {};
    this.#code = code ?? this.#code;
    this.#lines.push({ code: this.#code, text: code === undefined ? line.slice(1) : (text ?? '') });
    if (mark !== ' ') {
      return undefined;
    }
    const lines = this.#lines;
    this.#lines = [];
    return { code: this.#code, lines };
  }
}
