import { defaultAsnEntry } from '../decode/encode-entry.js';
import type { Verb } from './verb.js';

/** Sets the AS number of nodes that have none of their own. */
export function setDefaultNodeAs(asn: number): Verb {
  return ({ snapshot, cluster }) => {
    const { key, value } = defaultAsnEntry(asn);
    if (snapshot.entries.some((entry) => entry.key === key && entry.value === value)) {
      const note = `the AS number of nodes without their own is ${asn} already`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const isOther = cluster.defaultAsn.asn !== asn;
    const isUsed = cluster.nodes.some((node) => node.asn === undefined);
    return {
      kind: 'edit',
      changes: [{ kind: 'put', key, value }],
      notes: [],
      warnings:
        isOther && isUsed
          ? [
              `the AS number of nodes changes from ${cluster.defaultAsn.asn} to ${asn}: their sessions restart`,
            ]
          : [],
    };
  };
}
