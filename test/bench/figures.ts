/** What the benchmark measures, size by size. Times are milliseconds unless the name says otherwise. */
import type { MemoryMib } from './process-cost.js';
import type { Spread } from './statistics.js';

/** From the start of the process on empty folders. */
export interface ColdStartFigures {
  /** To the complete, checked file. */
  readonly fileMs: Spread;
  /** To a BIRD that runs it. */
  readonly loadedMs: Spread;
}

/** While nothing changes. */
export interface IdleFigures {
  readonly seconds: number;
  readonly cpuMs: number;
  readonly etcdBytes: number;
  readonly memory: MemoryMib;
}

/** Single changes, each in a quiet period; the clock starts before the put. */
export interface PutFigures {
  readonly count: number;
  /** To the final, checked file. */
  readonly fileMs: Spread;
  /** To the end of BIRD's reconfiguration. */
  readonly loadedMs: Spread;
  /** The daemon's own, per change. */
  readonly cpuMs: number;
  /** Of `bird -p` and `birdc`, per change. */
  readonly childrenCpuMs: number;
  /** What etcd sent to the daemon, per change. */
  readonly etcdBytes: number;
  readonly reloads: number;
}

/** Many changes: a burst, or a steady rate. */
export interface StreamFigures {
  readonly count: number;
  /** From the first put to etcd's answer to the last. */
  readonly putMs: number;
  readonly reloads: number;
  /** From etcd's answer to the last put; 0 when it was before. */
  readonly fileMs: number;
  readonly loadedMs: number;
  /** The daemon's own. */
  readonly cpuSeconds: number;
}

/** Changes of a label that no selector names, each in a quiet period. */
export interface LabelFigures {
  readonly count: number;
  /** The daemon's own, per change. */
  readonly cpuMs: number;
  readonly reloads: number;
}

/** What BIRD itself takes for the same files when it has the machine for itself. */
export interface FloorFigures {
  readonly checkMs: Spread;
  readonly configureMs: Spread;
  readonly birdMemory: MemoryMib;
}

/** All figures of one size. */
export interface SizeFigures {
  /** How many of what: `5000 hosts`. */
  readonly title: string;
  readonly hosts: number;
  readonly keys: number;
  /** The machine's load average over the last minute, at the start. */
  readonly loadAverage: number;
  readonly coldStart: ColdStartFigures;
  readonly idle: IdleFigures;
  readonly put: PutFigures;
  readonly burst: StreamFigures;
  readonly trickle: StreamFigures;
  /** Of Calico 3 alone: the keys of Calico 2 have no labels. */
  readonly labels?: LabelFigures;
  /** After all of the above. */
  readonly memory: MemoryMib;
  readonly floor: FloorFigures;
  /** What was not right at the end of a phase: the figures above are worth nothing then. */
  readonly wrong: readonly string[];
}
