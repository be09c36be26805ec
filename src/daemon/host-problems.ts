/** What stands in the way on this host and is in no record of the datastore. Pure. */

import type { ApplierState, BirdState } from '../apply/bird-states.js';
import type { Pin } from '../apply/pinned.js';
import { portText } from '../apply/port/port-texts.js';
import type { Problem } from '../base/problem.js';
import { TUNNEL_INTERFACE } from '../plan/plan.js';
import type { OtherChecker } from './dialect-watch.js';

/** What is known of the host. */
export interface HostState {
  readonly birds: readonly BirdState[];
  /** Whether routes need the IPIP device, and it is missing. */
  readonly isTunnelMissing: boolean;
  /** The BIRD that runs and the program that checks, where they differ. */
  readonly otherChecker?: OtherChecker | undefined;
  /** A file that another program has put in the place of ours. */
  readonly otherWriterAt?: string | undefined;
  /** What an operator rolled back to. */
  readonly pinned?: Pin | undefined;
  /** What failed its trial. */
  readonly quarantine?: ApplierState['quarantine'];
}

const TUNNEL_MISSING: Problem = {
  code: 'tunnel-missing',
  key: TUNNEL_INTERFACE,
  reason: `a pool asks for IPIP, and this host has no device ${TUNNEL_INTERFACE}`,
  action:
    "routes of such pools stay out until it is there, and are then imported by themselves; Calico's Felix makes it, or `ip tunnel add`",
};

/** The problems of a host in this state. */
export function hostProblems({
  birds,
  isTunnelMissing,
  otherChecker,
  otherWriterAt,
  pinned,
  quarantine,
}: HostState): readonly Problem[] {
  return [
    ...(isTunnelMissing ? [TUNNEL_MISSING] : []),
    ...birds.flatMap(portProblems),
    ...(otherChecker === undefined ? [] : [checkerProblem(otherChecker)]),
    ...(otherWriterAt === undefined ? [] : [writerProblem(otherWriterAt)]),
    ...(pinned === undefined ? [] : [pinProblem(pinned)]),
    ...(quarantine === undefined ? [] : [quarantineProblem(quarantine)]),
  ];
}

function portProblems({ daemon, portTaken }: BirdState): readonly Problem[] {
  if (portTaken === undefined) {
    return [];
  }
  return [
    {
      code: 'port-taken',
      key: 'port 179',
      // Without their number: another number is no other problem.
      reason: portText({ daemon, holder: portTaken.holder }),
      action:
        "these sessions are started as soon as the port is free; stop what holds it (`ss -ltnp 'sport = :179'` as root names it)",
    },
  ];
}

function writerProblem(path: string): Problem {
  return {
    code: 'other-writer',
    key: path,
    reason:
      'another program, or somebody by hand, has put a file in its place while birdkeeper runs: BIRD may have read a mixture of both',
    action:
      'wrote all files anew, and has BIRD load them; end that program (beside calico/node it is confd), or it goes on so. This goes ten minutes after its last file',
  };
}

function pinProblem({ sequence }: Pin): Problem {
  return {
    code: 'rolled-back',
    key: `generation ${sequence}`,
    reason: 'an operator rolled back to it, and what the datastore asks for is not applied',
    action: '`birdkeeper diff` shows what waits; `birdkeeper resume` on this host applies it',
  };
}

function quarantineProblem({ sequence, reason }: NonNullable<ApplierState['quarantine']>): Problem {
  return {
    code: 'unconfirmed',
    key: `generation ${sequence}`,
    reason: `BIRD has undone it: ${reason}`,
    action:
      'what BIRD ran before stands; what the datastore asks for is tried again once it is something else',
  };
}

function checkerProblem({ running, checker }: OtherChecker): Problem {
  return {
    code: 'other-checker',
    key: '--bird',
    reason: `the BIRD that runs is ${running}, and the program that checks configurations is ${checker}: it may refuse what BIRD would take, and accept what BIRD refuses`,
    action:
      'files are made for the BIRD that runs; set --bird to its program, or run one and the same version',
  };
}
