import { meshEntry } from '../decode/encode-entry.js';
import type { Verb } from './verb.js';

/** Turns the node-to-node mesh on or off. Written also when it is only the default that says so: then it stays so. */
export function turnNodeMesh(isEnabled: boolean): Verb {
  return ({ snapshot }) => {
    const { key, value } = meshEntry(isEnabled);
    const standing = snapshot.entries.find((entry) => entry.key === key);
    return standing?.value === value
      ? { kind: 'nothing-to-do', notes: [] }
      : { kind: 'edit', changes: [{ kind: 'put', key, value }], notes: [], warnings: [] };
  };
}
