/** What is told of a pinned generation. Pure. */

import type { ApplierState } from '../../apply/bird-states.js';
import { refusalLine } from '../../apply/check/refusal.js';
import type { Pinned } from '../../apply/pinned.js';
import type { PinnedStatus } from '../../observe/pinned-status.js';
import { outcomeOf, type PassReport } from '../pass-outcome.js';

/** How `pinned` is after a pass. */
export function pinStatusOf(
  { pin, generation, reason }: Pinned,
  report: PassReport,
  { generation: standing }: ApplierState,
): PinnedStatus {
  const isStanding = generation !== undefined && standing?.digest === generation.fileSet.digest;
  const isRun = isStanding && standing.loadedAt !== undefined;
  const why = reason ?? failureOf(report) ?? 'BIRD has not confirmed it yet';
  const waitingLines = report.kind === 'pinned' ? report.waitingLines : undefined;
  return {
    sequence: pin.sequence,
    since: pin.at,
    ...(isStanding && { standing: standing.sequence }),
    ...(!isRun && { reason: why }),
    ...(waitingLines !== undefined && { waitingLines }),
  };
}

function failureOf(report: PassReport): string | undefined {
  const outcome = outcomeOf(report);
  switch (outcome?.kind) {
    case 'refused':
      return `BIRD refuses it: ${outcome.refusals.map(refusalLine).join('; ')}`;
    case 'failed':
      return outcome.reason;
    default:
      return undefined;
  }
}
