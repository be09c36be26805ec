/** What BIRD says of itself: `show status`, of all lines from 1.6 to 3. */

import type { BirdReply } from './reply-reader.js';

/** A BIRD's word about itself. */
export interface BirdStatus {
  /** How BIRD says it is: `Daemon is up and running`. */
  readonly condition: string;
  readonly routerId?: string;
  /** When it last took in a configuration, as BIRD prints it. */
  readonly lastReconfiguration?: string;
  /** Absent unless graceful restart recovery runs. */
  readonly recovery?: Recovery;
}

/**
 * Graceful restart recovery (RFC 4724) of a BIRD that was started with `-R`: until it is over, BIRD tells neither the kernel nor its
 * neighbors of new routes.
 */
export interface Recovery {
  /** How many sessions it waits for; BIRD 2 and 3 count a session once for each address family. */
  readonly waitingFor: number;
  /** When BIRD gives up on them, in seconds from now. */
  readonly secondsLeft: number;
}

/** Reads the reply to `show status`. */
export function statusOf({ lines }: BirdReply): BirdStatus {
  const texts = lines.map(({ text }) => text.trim());
  const said = (label: string): string | undefined =>
    texts.find((line) => line.startsWith(label))?.slice(label.length);
  const routerId = said('Router ID is ');
  const lastReconfiguration = said('Last reconfiguration on ');
  const recovery = said('Graceful restart recovery in progress') !== undefined && {
    // "Waiting for 1 channels to recover" (1.6: protocols), "Wait timer is 58.1/60"
    waitingFor: Number.parseInt(said('Waiting for ') ?? '0', 10),
    secondsLeft: Math.ceil(Number.parseFloat(said('Wait timer is ') ?? '0')),
  };
  return {
    condition: texts.at(-1) ?? '',
    ...(routerId !== undefined && { routerId }),
    ...(lastReconfiguration !== undefined && { lastReconfiguration }),
    ...(recovery && { recovery }),
  };
}

/** What recovery means, in words. */
export function recoveryText({ waitingFor, secondsLeft }: Recovery): string {
  const whom = waitingFor === 1 ? '1 neighbor' : `${waitingFor} neighbors`;
  return `graceful restart recovery is running: new routes are held back until ${whom} more have answered, ${secondsLeft} s at the longest`;
}
