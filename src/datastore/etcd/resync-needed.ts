/** What we know can't be carried on from: everything has to be listed again. The connection itself may be fine. */
export class ResyncNeeded extends Error {
  override readonly name = 'ResyncNeeded';

  /** @param why - `etcd ended the watch`; with the error of etcd as cause when there is one */
  constructor(why: string, cause?: Error) {
    super(cause?.message ? `${why}: ${cause.message}` : why, { cause });
  }
}
