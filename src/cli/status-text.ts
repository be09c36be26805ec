import type { BirdInstance } from '../apply/bird-instance.js';
import type { BgpSession } from '../apply/birdc/show-protocols.js';
import { recoveryText } from '../apply/birdc/show-status.js';
import type { BirdReport } from '../apply/read-bird.js';
import { trialText } from '../observe/health.js';
import { calicoText, unknownTexts } from '../observe/input-status.js';
import { pinnedText } from '../observe/pinned-status.js';
import type { DaemonStatus, ReportedSession } from '../observe/status.js';
import { FAMILIES, FAMILY_LABELS, type Family } from '../values/family.js';

import { tableOf } from './table.js';
import { timeText } from './time-text.js';

/** A BIRD process with what it says. */
export interface NamedBirdReport extends BirdReport {
  readonly daemon: BirdInstance['daemon'];
}

/** What `birdkeeper status` shows. */
export interface HostStatus {
  /** Absent when the daemon can't be asked. */
  readonly daemon?: DaemonStatus;
  readonly role: 'node' | 'reflector';
  readonly birds: readonly NamedBirdReport[];
  /** Planned sessions that BIRD doesn't have. */
  readonly missing: readonly ReportedSession[];
}

/** How a session is shown that BIRD doesn't have. */
const MISSING = { state: 'missing', since: '', info: 'planned, not in BIRD', isEstablished: false };

/** It all as text for people; the tables are those of `calicoctl node status`. */
export function statusText({ daemon, role, birds, missing }: HostStatus): string {
  const sessions = [
    ...birds.flatMap((bird) => bird.sessions),
    ...missing.map(({ name, remoteAddress }) => ({ ...MISSING, name, neighbor: remoteAddress })),
  ];
  return [
    ...(daemon === undefined ? [] : aboutDaemon(daemon)),
    ...birds.flatMap(aboutBird),
    ...FAMILIES.map((family) => aboutSessions(family, sessions, role)),
  ].join('\n');
}

function aboutDaemon({
  version,
  node,
  role,
  datastore,
  generation,
  birds,
  lastPass,
  pinned,
  trial,
  input,
  problems,
}: DaemonStatus): readonly string[] {
  const { description, state, heardAt, reason } = datastore;
  const heard = heardAt === undefined ? '' : `, last heard from ${timeText(heardAt)}`;
  const loaded =
    generation?.loadedAt === undefined
      ? 'not loaded yet'
      : `loaded ${timeText(generation.loadedAt)}`;
  return [
    `birdkeeper ${version} on ${node} (${role})`,
    `Datastore: ${description}, ${state}${heard}${reason === undefined ? '' : `: ${reason}`}`,
    ...(input === undefined ? [] : [`Holds ${calicoText(input.calico)}`]),
    generation === undefined
      ? 'Generation: none yet'
      : `Generation: ${generation.sequence} (${generation.digest.slice(0, 12)}), ${loaded}`,
    ...(pinned === undefined
      ? []
      : [`ROLLED BACK since ${timeText(pinned.since)}: ${pinnedText(pinned)}`]),
    ...(trial === undefined ? [] : [`Trial: ${trialText(trial)}`]),
    ...birds.flatMap((bird) => whatIsRun(bird, generation?.sequence)),
    ...(lastPass?.reason === undefined
      ? []
      : [`Last pass: ${lastPass.outcome}: ${lastPass.reason}`]),
    ...(input === undefined ? [] : unknownTexts(input)),
    ...problems.map(({ key, reason: why, action }) => `Problem: ${key}: ${why}; ${action}`),
  ];
}

/** What a BIRD that is needed runs, where that is not the generation on disk. */
function whatIsRun(
  { daemon, isUp, isNeeded, loaded }: DaemonStatus['birds'][number],
  sequence: number | undefined,
): readonly string[] {
  const bird = daemon.toUpperCase();
  if (!isNeeded || loaded?.sequence === sequence) {
    return loaded?.isInProgress ? [`${bird}: still bringing protocols to it`] : [];
  }
  if (!isUp) {
    return [`${bird}: away`];
  }
  return loaded === undefined
    ? [`${bird}: has not confirmed any generation`]
    : [`${bird}: runs generation ${loaded.sequence}, loaded ${timeText(loaded.at)}`];
}

function aboutBird({
  daemon,
  version,
  routerId,
  condition,
  recovery,
}: NamedBirdReport): readonly string[] {
  const bird = daemon.toUpperCase();
  return [
    `${bird} ${version}, router id ${routerId ?? 'unknown'}: ${condition}`,
    ...(recovery === undefined ? [] : [`${bird}: ${recoveryText(recovery)}`]),
  ];
}

function aboutSessions(
  family: Family,
  sessions: readonly BgpSession[],
  role: HostStatus['role'],
): string {
  const rows = sessions
    .filter(({ neighbor }) => (neighbor?.includes(':') ? 'ipv6' : 'ipv4') === family)
    .map((session) => [
      session.neighbor ?? session.name,
      peerTypeOf(session.name, role),
      session.state,
      session.since,
      session.info,
    ]);
  const table =
    rows.length === 0
      ? `No ${FAMILY_LABELS[family]} peers found.`
      : tableOf(['PEER ADDRESS', 'PEER TYPE', 'STATE', 'SINCE', 'INFO'], rows);
  return `\n${FAMILY_LABELS[family]} BGP status\n${table}`;
}

/** The words of `calicoctl node status` for what the first part of a protocol's name says. */
function peerTypeOf(name: string, role: HostStatus['role']): string {
  switch (name.split('_', 1)[0]) {
    case 'Mesh':
      return role === 'node' ? 'node-to-node mesh' : 'route reflector mesh';
    case 'Global':
      return 'global';
    case 'Node':
      return 'node specific';
    default:
      return 'other';
  }
}
