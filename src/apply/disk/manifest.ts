/** What a generation says about itself: written with its files, so that it becomes current with them. */

import * as v from 'valibot';

import type { FileSet } from '../../render/file-set.js';

/** Name of the file inside of a generation's folder. BIRD doesn't read it: nothing includes it. */
export const MANIFEST_NAME = 'manifest.json';

const Manifest = v.object({
  digest: v.string(),
  files: v.array(v.string()),
  mainFiles: v.array(
    v.object({ daemon: v.picklist(['bird', 'bird6']), name: v.string(), isOptional: v.boolean() }),
  ),
});

/** A file set without its texts. */
export type Manifest = v.InferOutput<typeof Manifest>;

/** The manifest of a file set as text. */
export function manifestText({ digest, files, mainFiles }: FileSet): string {
  return JSON.stringify({ digest, files: files.map(({ name }) => name), mainFiles });
}

/** The manifest that a text holds, or `undefined` when it is none. */
export function parseManifest(text: string | undefined): Manifest | undefined {
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), Manifest), text);
  return parsed.success ? parsed.output : undefined;
}
