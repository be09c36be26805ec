/**
 * Every BIRD that tests and demo can run, once: each test that proves something of "each BIRD" takes its matrix from here.
 *
 * Names say the line and not the version where the version moves on: `bird2` is whatever this machine has, `bird2-newest`
 * and `bird3-newest` whatever Debian's unstable has. A test that needs the version asks the program.
 */
import { isAbsolute, join } from 'node:path';
import type { BirdInstance } from '../../src/apply/bird-instance.js';
import type { DialectName } from '../../src/render/dialects/index.js';
import { projectRoot, tools } from './tools.js';

/** How tests and demo call a BIRD. */
export type BirdKind =
  | 'bird1'
  | 'bird2'
  | 'bird217'
  | 'bird2-newest'
  | 'bird3'
  | 'bird3-newest'
  | 'calico';

/** One BIRD. */
export interface Bird {
  readonly kind: BirdKind;
  /** For people: what it is, and where it comes from. */
  readonly what: string;
  readonly dialect: DialectName;
  /** Whether it can send routes through an IPIP device. */
  readonly canTunnel: boolean;
  /** Whether it replaces a route of the kernel by deleting and adding it, so that there is none for a moment. */
  readonly replacesByDeleting: boolean;
  /** Whether its routes stay in the kernel when it ends, as `persist` asks: BIRD 3.3 and 3.4 take them out all the same. */
  readonly persists: boolean;
  /** Program and client; of BIRD 1.6 those of IPv4. */
  readonly bird: string;
  readonly birdc: string;
  /** Those of IPv6, where it is a process of its own. */
  readonly bird6?: string;
  readonly birdc6?: string;
}

const unpacked = (folder: string) => ({
  bird: join(projectRoot, '.tools', folder, 'bird'),
  birdc: join(projectRoot, '.tools', folder, 'birdc'),
});
const line2 = {
  dialect: 'bird2',
  canTunnel: true,
  replacesByDeleting: false,
  persists: true,
} as const;
const line3 = {
  dialect: 'bird3',
  canTunnel: true,
  replacesByDeleting: false,
  persists: true,
} as const;

/** All that there are on this machine, oldest line first. */
export const BIRDS: readonly Bird[] = [
  {
    kind: 'bird1',
    what: '1.6 of Debian 12',
    ...{ dialect: 'bird1', canTunnel: false, replacesByDeleting: true, persists: true },
    ...tools.bird1,
  },
  { kind: 'bird2', what: "this machine's own", ...line2, ...tools.bird2 },
  { kind: 'bird217', what: '2.17 of Debian 13', ...line2, ...unpacked('trixie/bird2') },
  {
    kind: 'bird2-newest',
    what: "2.20 or newer of Debian's unstable",
    ...line2,
    ...unpacked('sid/bird2'),
  },
  {
    kind: 'bird3',
    what: '3.1 of Debian 13',
    ...{ ...line3, canTunnel: false },
    ...unpacked('trixie/bird3'),
  },
  {
    kind: 'bird3-newest',
    what: "3.4 or newer of Debian's unstable",
    ...{ ...line3, persists: false },
    ...unpacked('sid/bird3'),
  },
  ...calicoFork(process.env.BIRD_CALICO),
];

/** The names of `BIRDS`. */
export const BIRD_KINDS: readonly BirdKind[] = BIRDS.map(({ kind }) => kind);

/** The oldest and the newest of each line, and the fork: for what takes long, and which a BIRD between two of them won't do otherwise. */
export const LINE_ENDS: readonly BirdKind[] = BIRD_KINDS.filter((kind) => kind !== 'bird217');

/** The BIRD called so. @throws {Error} when this machine doesn't have it */
export function birdOf(kind: BirdKind): Bird {
  const found = BIRDS.find((bird) => bird.kind === kind);
  if (found === undefined) {
    throw new Error(`there is no BIRD ${kind} here; see test/support/birds.ts`);
  }
  return found;
}

/** Those of `kinds` that are here: a matrix may name Calico's fork, which is there only when it is given. */
export function birdsOf(...kinds: readonly BirdKind[]): readonly BirdKind[] {
  return kinds.filter((kind) => BIRD_KINDS.includes(kind));
}

/** Its processes as birdkeeper sees them, with sockets that nobody listens on: enough for `bird -p`. */
export function checkersOf({ bird, birdc, bird6, birdc6 }: Bird): readonly BirdInstance[] {
  const socketPath = '/nonexistent/bird.ctl';
  const ipv4 = { daemon: 'bird', birdPath: bird, birdcPath: birdc, socketPath } as const;
  return bird6 === undefined || birdc6 === undefined
    ? [ipv4]
    : [ipv4, { daemon: 'bird6', birdPath: bird6, birdcPath: birdc6, socketPath }];
}

/** Calico's fork of BIRD 1.6 is no package of Debian's: whoever has built it names the folder by `BIRD_CALICO`. */
function calicoFork(folder: string | undefined): readonly Bird[] {
  if (!folder) {
    return [];
  }
  if (!isAbsolute(folder)) {
    throw new Error(`BIRD_CALICO="${folder}" is no absolute path`);
  }
  const program = (name: string) => join(folder, name);
  return [
    {
      kind: 'calico',
      what: "Calico's fork of 1.6, in BIRD_CALICO",
      ...{ dialect: 'calico', canTunnel: true, replacesByDeleting: true, persists: true },
      ...{ bird: program('bird'), birdc: program('birdcl') },
      ...{ bird6: program('bird6'), birdc6: program('birdcl6') },
    },
  ];
}
