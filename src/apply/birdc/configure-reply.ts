/**
 * Reads what `birdc configure` printed. The exit status alone is not enough: BIRD 1.6's client exits 0 when BIRD refuses
 * the configuration.
 *
 * With `-v` each line starts with a reply code (BIRD's sources, doc/reply_codes); a client without `-v`, or a wrapper,
 * prints the texts alone. Measured with 1.6.8, 2.0.12, 2.19.2 and 3.3.2.
 */

import { type BirdRefusal, parseBirdRefusal } from '../check/bird-refusal.js';

/** What BIRD answered to `configure`. */
export type ConfigureReply =
  /** It runs the configuration; `inProgress` while some protocols are still going down, or it waits behind another. */
  | { readonly kind: 'loaded'; readonly inProgress: boolean; readonly reply: string }
  /** It runs what it ran before. */
  | { readonly kind: 'refused'; readonly refusal: BirdRefusal }
  /** It did not take the command, or we can't tell. */
  | { readonly kind: 'failed'; readonly reason: string };

const LOADED_TEXTS = [
  'Reconfigured',
  'Reconfiguration in progress',
  'Reconfiguration already in progress',
];

/** Lines that say nothing about the outcome: the banner, "Reading configuration from F", "Undo scheduled in 30 s". */
const PREAMBLE =
  /^(BIRD \S+ ready\.|Access restricted|Reading configuration from .*|Undo scheduled in .*)$/;

/** What the exit status and the output of a finished `birdc configure` mean. */
export function parseConfigureReply(exitCode: number | undefined, output: string): ConfigureReply {
  const lines = output
    .split('\n')
    .map(parseLine)
    .filter(({ text }) => text !== '');
  const told = lines.map(judge).find((reply) => reply !== undefined);
  if (told !== undefined && !(told.kind === 'loaded' && exitCode !== 0)) {
    return told;
  }
  if (exitCode === 0 && lines.length === 0) {
    // A wrapper that prints nothing: its exit status is all that there is.
    return { kind: 'loaded', inProgress: false, reply: '' };
  }
  const texts = lines.map(({ text }) => text).filter((text) => !PREAMBLE.test(text));
  return { kind: 'failed', reason: reasonOf(exitCode, texts) };
}

/** The file that BIRD said it reads; `undefined` when it didn't say. */
export function fileReadIn(output: string): string | undefined {
  return /^(?:0002-)?Reading configuration from (.+)$/m.exec(output)?.[1]?.trim();
}

interface ReplyLine {
  readonly code?: string;
  readonly text: string;
}

function parseLine(line: string): ReplyLine {
  const { code, text } = /^(?<code>\d{4})[ -](?<text>.*)$/.exec(line)?.groups ?? {};
  return code === undefined ? { text: line.trim() } : { code, text: (text ?? '').trim() };
}

function judge({ code, text }: ReplyLine): ConfigureReply | undefined {
  switch (code) {
    case undefined:
      return judgeText(text);
    case '0003':
      return { kind: 'loaded', inProgress: false, reply: text };
    case '0004':
    case '0005':
      return { kind: 'loaded', inProgress: true, reply: text };
    case '8002':
      return refusal(text) ?? { kind: 'failed', reason: `BIRD answered "${text}"` };
    default:
      // 0006 (shutting down), 0019 (nothing to do), 8007 (access denied), 9001 (syntax error in the command) ...
      return isPreamble(code) ? undefined : { kind: 'failed', reason: `BIRD answered "${text}"` };
  }
}

/** 0001 is the banner, 0002 "Reading configuration", 0016 "Access restricted" in reply to the client's `-r`, 0022 "Undo scheduled". */
function isPreamble(code: string): boolean {
  return ['0001', '0002', '0016', '0022'].includes(code);
}

function judgeText(text: string): ConfigureReply | undefined {
  if (LOADED_TEXTS.some((known) => text.startsWith(known))) {
    return { kind: 'loaded', inProgress: text !== 'Reconfigured', reply: text };
  }
  return refusal(text);
}

function refusal(text: string): ConfigureReply | undefined {
  const refusal = parseBirdRefusal(text);
  return refusal && { kind: 'refused', refusal };
}

function reasonOf(exitCode: number | undefined, texts: readonly string[]): string {
  const end =
    exitCode === undefined ? 'it was ended by a signal' : `it ended with status ${exitCode}`;
  return texts.length === 0 ? `${end} and said nothing` : `${end} and said: ${texts.join('; ')}`;
}
