/**
 * Built-in templates that are compiled already, by their paths. The build fills them in (test/support/build-bundle.mjs), which saves
 * a start 0.15 s of CPU time. Without a build there are none.
 */
export const PRECOMPILED: ReadonlyMap<string, PrecompiledTemplate> = new Map();

/** A template in both forms. */
export interface PrecompiledTemplate {
  /** The source that was compiled: another one at the same path is none of this. */
  readonly text: string;
  readonly compiled: TemplateSpecification;
}
