import type { BirdDaemon } from '../render/file-set.js';

/** One BIRD process of this host, and how it is reached. */
export interface BirdInstance {
  readonly daemon: BirdDaemon;
  /** The program, for `bird -p`: a path, or a name to look up in PATH. It need not be there. */
  readonly birdPath: string;
  /** The client, for `birdc configure`: a path, or a name to look up in PATH. */
  readonly birdcPath: string;
  /** The control socket that the process listens on. */
  readonly socketPath: string;
}
