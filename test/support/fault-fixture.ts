/** What the tests of faults begin with; everything ends with the test, also when it fails. */
import { onTestFinished } from 'vitest';
import { FaultSite } from './fault-site.js';

/** How a site is to be; with 20 hosts and a started daemon unless told. */
export interface FaultSiteOptions {
  readonly hosts?: number;
  readonly isStarted?: boolean;
  /** Further options of the daemon, made from the site's folder. */
  readonly args?: (dir: string) => readonly string[];
}

/** A site for this test. If its daemon is started, BIRD runs what etcd holds. */
export async function faultSiteForTest(options: FaultSiteOptions = {}): Promise<FaultSite> {
  const { hosts, isStarted = true, args } = options;
  const site = await FaultSite.create(hosts);
  onTestFinished(() => site.dispose());
  if (isStarted) {
    site.start(args?.(site.dir));
    await site.settled();
    await site.ready(200);
  }
  return site;
}
