/** The resources of Calico 3, as calicoctl writes them. */

import type { Births } from '../../decode/encode-resource.js';
import { parseAsn } from '../../values/asn.js';
import type { KeyLanguage } from '../key-language.js';
import { putSetting } from './configuration.js';
import { putPeer, removePeer } from './peers.js';
import { putReflector, removeReflector } from './reflectors.js';

/** See the head of this file. */
export function calico3Resources(births: Births): KeyLanguage {
  return {
    generation: 'v3',
    putMesh: (view, isEnabled) =>
      putSetting(
        view,
        {
          field: 'nodeToNodeMeshEnabled',
          value: isEnabled,
          isSame: (standing) => standing === isEnabled,
        },
        births,
      ),
    putDefaultAsn: (view, asn) =>
      putSetting(
        view,
        { field: 'asNumber', value: asn, isSame: (standing) => isAsn(standing, asn) },
        births,
      ),
    putPeer: (view, peer) => putPeer(view, peer, births),
    removePeer,
    putReflector: (view, reflector) => putReflector(view, reflector, births),
    removeReflector,
  };
}

function isAsn(standing: unknown, asn: number): boolean {
  const parsed =
    typeof standing === 'string' || typeof standing === 'number'
      ? parseAsn(String(standing))
      : undefined;
  return parsed?.ok === true && parsed.value === asn;
}
