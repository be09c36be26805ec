/** Calico's label selectors (`role == 'rack' && !has(draining)`): parsed once at the edge. */

/** Labels of a node by name. */
export type Labels = Readonly<Record<string, string>>;

/** A selector that was read. */
export interface Selector {
  /** The selector as it was written, for people. */
  readonly text: string;
  /** Whether something with `labels` is selected. */
  matches(labels: Labels): boolean;
}
