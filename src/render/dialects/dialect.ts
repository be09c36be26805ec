/**
 * What differs between BIRDs. Everything outside of a dialect is dialect-free; a dialect decides which files there are
 * and what its templates see, and its templates decide how it reads.
 */

import type { Problem } from '../../base/problem.js';
import type { Plan } from '../../plan/plan.js';
import type { ReloadHabits } from '../../plan/sessions/terms.js';
import type { BirdDaemon, FileSet } from '../file-set.js';

/** The configuration language of one line of BIRD. */
export type DialectName = 'bird1' | 'bird2' | 'bird3' | 'calico';

/** One file to render. */
export interface FileView {
  /** Name in the output directory. */
  readonly name: string;
  /** The template that prints it. */
  readonly template: string;
  /** What the template sees. */
  readonly view: object;
}

/** One dialect. */
export interface Dialect {
  readonly name: DialectName;
  /** Folders below `templates/` to look into, the first one first. */
  readonly templateFolders: readonly string[];
  /** The BIRD processes of a host. */
  readonly daemons: readonly BirdDaemon[];
  /** Which file each BIRD process starts from. */
  mainFiles(plan: Plan): FileSet['mainFiles'];
  /** Whether a route gets its tunnel when BIRD imports it; the device has to be there by then. */
  readonly tunnelsOnImport: boolean;
  /** What a reload restarts that not every BIRD restarts. */
  readonly habits: ReloadHabits;
  /** What BIRD's control socket takes for "import all routes anew"; restarts no session. */
  readonly reimportCommand: string;
  /** The files of `plan`. */
  files(plan: Plan): readonly FileView[];
  /** What `plan` asks for and this BIRD can't do. */
  problems(plan: Plan): readonly Problem[];
}

/**
 * How a BIRD sends routes through the IPIP device: Calico's fork by an attribute in the kernel's export filter; stock
 * BIRD from 2.0.12 on by giving the route an on-link gateway when it is imported; others not at all.
 */
export type TunnelMethod = 'kernel-attribute' | 'on-link-import' | 'none';
