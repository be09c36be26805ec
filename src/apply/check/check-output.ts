/** Reads what `bird -p` printed. */

import { type BirdRefusal, firstBirdRefusal } from './bird-refusal.js';

/** What `bird -p` said about one configuration. */
export type CheckVerdict =
  /** BIRD takes it. `warnings` are lines that it printed all the same (BIRD 2.17 and later). */
  | { readonly kind: 'accepted'; readonly warnings: readonly string[] }
  /** BIRD refuses it, and says where. */
  | { readonly kind: 'refused'; readonly refusal: BirdRefusal }
  /**
   * BIRD didn't say that the configuration is wrong: it could not read it, ended by a signal, or said nothing. That is
   * the machine's fault and passes, or a stand-in's.
   */
  | { readonly kind: 'unclear'; readonly reason: string };

/** What the exit status and the output of a finished `bird -p` mean. */
export function parseCheckOutput(exitCode: number | undefined, output: string): CheckVerdict {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  if (exitCode === 0) {
    return { kind: 'accepted', warnings: lines };
  }
  const refusal = exitCode === undefined ? undefined : firstBirdRefusal(lines);
  if (refusal !== undefined) {
    return { kind: 'refused', refusal };
  }
  const said = lines.length === 0 ? 'and said nothing' : `and said: ${lines.join('; ')}`;
  const end = exitCode === undefined ? 'was ended by a signal' : `ended with status ${exitCode}`;
  return { kind: 'unclear', reason: `${end} ${said}` };
}
