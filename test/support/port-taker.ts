/** Somebody else who listens on BGP's port: a second BGP daemon. */
import { join } from 'node:path';
import type { Namespace } from './netns.js';
import { waitFor } from './wait-for.js';

/** Runs `work` while somebody listens on BGP's port in a namespace, in IPv4. */
export async function whilePortIsTaken(
  namespace: Namespace,
  dir: string,
  work: () => Promise<void>,
): Promise<void> {
  const script = "require('node:net').createServer((s) => s.destroy()).listen(179, '0.0.0.0')";
  const taker = namespace.start(process.execPath, ['-e', script], join(dir, 'port-taker.log'));
  try {
    await waitFor(async () => (await namespace.exec('ss', ['-Hltn', 'sport = :179'])) !== '', {
      what: "somebody to listen on BGP's port",
      everyMs: 50,
    });
    await work();
  } finally {
    await taker.stop();
  }
}
