import type { Dispatcher } from 'undici';

/** What undici says when a body was silent for too long. */
const SILENCE = 'UND_ERR_BODY_TIMEOUT';

/**
 * The text of a body that may be silent for long: nothing when that is as long as it may be, or when `enough` aborts.
 *
 * An event that has begun to come is waited for.
 */
export async function heldText(
  body: Dispatcher.ResponseData['body'],
  enough: AbortSignal,
): Promise<string> {
  const chunks: Buffer[] = [];
  const letGo = (): void => {
    if (chunks.length === 0) {
      body.destroy();
    }
  };
  enough.addEventListener('abort', letGo);
  try {
    if (enough.aborted) {
      letGo();
    }
    for await (const chunk of body) {
      chunks.push(chunk);
    }
  } catch (error) {
    const isSilence = error instanceof Error && 'code' in error && error.code === SILENCE;
    if (chunks.length > 0 || !(enough.aborted || isSilence)) {
      throw error;
    }
  } finally {
    enough.removeEventListener('abort', letGo);
  }
  return Buffer.concat(chunks).toString('utf8');
}
