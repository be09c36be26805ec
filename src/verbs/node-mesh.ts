import { settingVerb } from './setting-verb.js';
import type { Verb } from './verb.js';

/** Turns the node-to-node mesh on or off. Written also when it is only the default that says so: then it stays so. */
export function turnNodeMesh(isEnabled: boolean): Verb {
  const state = isEnabled ? 'on' : 'off';
  return settingVerb({
    write: (view, keys) => keys.putMesh(view, isEnabled),
    isSo: (cluster) => cluster.isMeshEnabled === isEnabled,
    already: `the node-to-node mesh is ${state} already`,
    inVain: `the node-to-node mesh would not be ${state}`,
  });
}
