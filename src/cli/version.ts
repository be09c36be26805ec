/** Put in by the build. */
declare const BIRDKEEPER_VERSION: string | undefined;

/** The version of this birdkeeper; `development` when it runs unbuilt, as in tests. */
export const version =
  typeof BIRDKEEPER_VERSION === 'undefined' ? 'development' : BIRDKEEPER_VERSION;
