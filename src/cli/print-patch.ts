import { print } from './output.js';

/** Prints the difference of two texts as a unified diff; nothing when there is none. @param names - what they are called */
export async function printPatch(
  names: { readonly a: string; readonly b: string },
  before: string,
  after: string,
): Promise<void> {
  if (before !== after) {
    // Half of the time of other commands, were it loaded with them.
    const { createTwoFilesPatch } = await import('diff');
    print(createTwoFilesPatch(names.a, names.b, before, after).trimEnd());
  }
}
