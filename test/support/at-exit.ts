/** Clean-up that happens however the process ends, save by SIGKILL: normally, by an error, by Ctrl-C. */
const cleanUps = new Set<() => void>();
let isListening = false;

/**
 * Has `cleanUp` called when the process ends before the returned function is called.
 *
 * @param cleanUp - synchronous, and free of exceptions: nobody waits for it, and nobody hears it
 * @returns to be called after an orderly clean-up
 */
export function atExit(cleanUp: () => void): () => void {
  listen();
  cleanUps.add(cleanUp);
  return () => {
    cleanUps.delete(cleanUp);
  };
}

function listen(): void {
  if (isListening) {
    return;
  }
  isListening = true;
  process.once('exit', cleanUpAll);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      cleanUpAll();
      // The default action, now that this listener is gone: the parent sees which signal it was.
      process.kill(process.pid, signal);
    });
  }
}

function cleanUpAll(): void {
  // The newest first: what runs in a folder or a namespace was made after it.
  for (const cleanUp of [...cleanUps].reverse()) {
    cleanUp();
  }
  cleanUps.clear();
}
