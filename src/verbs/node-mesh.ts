import { keepingOtherFields, meshEntry } from '../decode/encode-entry.js';
import { unreadableAmong } from './keys-at.js';
import type { Verb } from './verb.js';

/** Turns the node-to-node mesh on or off. Written also when it is only the default that says so: then it stays so. */
export function turnNodeMesh(isEnabled: boolean): Verb {
  return ({ snapshot, cluster, problems }) => {
    const { key } = meshEntry(isEnabled);
    const standing = snapshot.entries.find((entry) => entry.key === key);
    const warnings = unreadableAmong([key], problems);
    if (standing !== undefined && warnings.length === 0 && cluster.isMeshEnabled === isEnabled) {
      const note = `the node-to-node mesh is ${isEnabled ? 'on' : 'off'} already`;
      return { kind: 'nothing-to-do', notes: [note] };
    }
    const { value } = keepingOtherFields(meshEntry(isEnabled), standing?.value);
    return { kind: 'edit', changes: [{ kind: 'put', key, value }], notes: [], warnings };
  };
}
