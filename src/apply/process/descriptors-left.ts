import { closeSync, openSync } from 'node:fs';

/** More than a child with three pipes takes. */
const NEEDED = 12;

/**
 * Why no child can be started for want of file descriptors; `undefined` when there are enough.
 *
 * To be asked right before `execa`: where there are none, Node gives a child without streams, execa 9.6 throws at that, and nobody hears
 * the error that the child then reports: it would end the process.
 */
export function whyNoChild(): Error | undefined {
  const opened: number[] = [];
  try {
    while (opened.length < NEEDED) {
      opened.push(openSync('/dev/null', 'r'));
    }
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  } finally {
    for (const descriptor of opened) {
      closeSync(descriptor);
    }
  }
}
