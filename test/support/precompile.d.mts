/** Types of precompile.mjs. */
export function precompiledModule(): Promise<string>;
