/** One setting of the daemon, declared once: the command line, the environment, the config file and the docs follow. */

import type { Result } from '../base/result.js';

/** A declared setting with values of type `T`. */
export interface Setting<T> {
  /** Option on the command line without dashes, and name in the config file; absent for what has no option. */
  readonly flag?: string;
  /** Environment variables, the first one that is set and not empty counts. */
  readonly environment: readonly string[];
  /** What stands for the value in help: `PATH`. */
  readonly placeholder: string;
  readonly help: string;
  /** The default as text; absent when the setting may stay unset. */
  readonly fallback?: string;
  /** How `--help` and docs/settings.md describe a default that depends on something. */
  readonly fallbackHelp?: string;
  readonly parse: (text: string) => Result<T>;
}
