import type { Clock } from '../base/clock.js';
import type { BirdInstance } from './bird-instance.js';
import { BirdSocketError } from './birdc/control-client.js';
import { readBird } from './read-bird.js';

/** The neighbors with which the BIRDs of this host have sessions now; none of a BIRD that can't be asked. */
export async function establishedNeighbors(
  birds: readonly Pick<BirdInstance, 'socketPath'>[],
  clock: Clock,
): Promise<readonly string[]> {
  const answers = birds.map(async (bird) => {
    try {
      return (await readBird(bird, clock)).sessions;
    } catch (error) {
      if (error instanceof BirdSocketError) {
        return [];
      }
      throw error;
    }
  });
  return (await Promise.all(answers))
    .flat()
    .flatMap(({ isEstablished, neighbor }) => (isEstablished && neighbor ? [neighbor] : []));
}
