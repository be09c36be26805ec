import { settingVerb } from './setting-verb.js';
import type { Verb } from './verb.js';

/** Sets the AS number of nodes that have none of their own. */
export function setDefaultNodeAs(asn: number): Verb {
  return settingVerb({
    write: (view, keys) => keys.putDefaultAsn(view, asn),
    isSo: (cluster) => cluster.defaultAsn.asn === asn,
    already: `the AS number of nodes without their own is ${asn} already`,
    inVain: `the AS number of nodes without their own would not be ${asn}`,
    warnings({ cluster: { defaultAsn, nodes } }) {
      const isUsed = nodes.some((node) => node.asn === undefined);
      return defaultAsn.asn !== asn && isUsed
        ? [
            `the AS number of nodes changes from ${defaultAsn.asn} to ${asn}: their sessions restart`,
          ]
        : [];
    },
  });
}
