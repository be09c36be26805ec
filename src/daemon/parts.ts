/** What follows from the settings and is the same for the daemon and for one-shot commands. */

import type { BirdInstance } from '../apply/bird-instance.js';
import type { DatastoreSettings } from '../datastore/open-datastore.js';
import type { SourceSettings } from '../datastore/sources/sources.js';
import { keyPrefixesOf } from '../decode/keys.js';
import type { Host } from '../plan/host.js';
import type { Dialect } from '../render/dialects/dialect.js';
import type { Settings } from '../settings/load-settings.js';
import type { LossLimit } from './hold/losses.js';

/** Which datastore to read, and which of its keys: those that this host needs unless told. */
export function datastoreSettingsOf(
  settings: Settings,
  keyPrefixes: readonly string[] = keyPrefixesOf(
    settings.role,
    settings.node,
    settings.datastore !== 'etcd2',
  ),
): DatastoreSettings {
  if (settings.datastore === 'file') {
    return { kind: 'file', path: settings.file ?? '', keyPrefixes };
  }
  const { etcdCa, etcdCert, etcdKey, etcdUsername, etcdPassword, etcdPasswordFile } = settings;
  const password =
    etcdPasswordFile === undefined
      ? { password: etcdPassword?.reveal() ?? '' }
      : { passwordFile: etcdPasswordFile };
  const tls = {
    ...(etcdCa !== undefined && { caFile: etcdCa }),
    ...(etcdCert !== undefined && { certFile: etcdCert }),
    ...(etcdKey !== undefined && { keyFile: etcdKey }),
  };
  return {
    kind: settings.datastore,
    endpoints: settings.etcdEndpoints,
    keyPrefixes,
    ...(Object.keys(tls).length > 0 && { tls }),
    ...(etcdUsername !== undefined && { auth: { username: etcdUsername, ...password } }),
  };
}

/** The files beside the datastore that are read: those that are asked for. */
export function sourceSettingsOf({
  secretsDir,
  secretsNamespace,
  endpointStatusPrefix,
  servicesFile,
}: Settings): SourceSettings {
  return {
    ...(secretsDir !== undefined && {
      secrets: { folder: secretsDir, namespace: secretsNamespace },
    }),
    ...(endpointStatusPrefix !== undefined && { endpointStatusPrefix }),
    ...(servicesFile !== undefined && { servicesFile }),
  };
}

/** The host that is planned for. What BIRD says about raw statements is found out later. */
export function hostOf(settings: Settings): Omit<Host, 'refusedStatements'> {
  const { role, node, ip, ip6, routerId, acceptsCustomFilters } = settings;
  const { usePodCidr, advertiseClusterIps, kubernetesNode } = settings;
  return {
    role,
    nodeName: node,
    ...(kubernetesNode !== undefined && { kubernetesName: kubernetesNode }),
    ...(ip !== undefined && { ipv4: ip }),
    ...(ip6 !== undefined && { ipv6: ip6 }),
    ...(routerId !== undefined && { routerId }),
    usesPodPrefixes: usePodCidr === 'true',
    ...(advertiseClusterIps !== undefined && { clusterServiceRanges: advertiseClusterIps }),
    acceptsCustomFilters,
  };
}

/** How long sessions have to come back after a reload; `undefined` when that isn't waited for. */
export function confirmMsOf({ confirm }: Settings): number | undefined {
  return confirm === 'off' ? undefined : confirm * 1000;
}

/** How much a change may remove at one go; `undefined` for any amount. */
export function lossLimitOf({ holdShare, holdAtLeast }: Settings): LossLimit | undefined {
  return holdShare === 'off' ? undefined : { share: holdShare, atLeast: holdAtLeast };
}

/** The BIRD process of IPv4, or of both families. */
export function birdOf({ bird, birdc, birdSocket }: Settings): BirdInstance {
  return { daemon: 'bird', birdPath: bird, birdcPath: birdc, socketPath: birdSocket };
}

/** The BIRD processes that a dialect has. */
export function birdsOf(settings: Settings, dialect: Dialect): readonly BirdInstance[] {
  return birdsThatMayRun(settings).filter(({ daemon }) => dialect.daemons.includes(daemon));
}

/** The BIRD processes of any dialect: that of IPv6 alone runs only with BIRD 1.x. */
export function birdsThatMayRun(settings: Settings): readonly BirdInstance[] {
  const { bird6, birdc6, bird6Socket } = settings;
  const forIpv6: BirdInstance = {
    daemon: 'bird6',
    birdPath: bird6,
    birdcPath: birdc6,
    socketPath: bird6Socket,
  };
  return [birdOf(settings), forIpv6];
}
