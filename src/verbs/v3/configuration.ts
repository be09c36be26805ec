/** Settings of the cluster in Calico 3: fields of BGPConfiguration `default`. */

import {
  type Births,
  fieldOf,
  newResourceEntry,
  resourceKey,
  withField,
} from '../../decode/encode-resource.js';
import { changesOf, type Write } from '../key-language.js';
import type { StoreView } from '../store-view.js';
import { documentAt } from './documents.js';

/** A field that is to have a value. */
export interface WantedSetting {
  readonly field: 'nodeToNodeMeshEnabled' | 'asNumber';
  readonly value: boolean | number;
  /** Whether a standing value is that one: AS numbers may stand as text. */
  readonly isSame: (standing: unknown) => boolean;
}

/** What gives the field its value, in a new resource where there is none. */
export function putSetting(
  view: StoreView,
  { field, value, isSame }: WantedSetting,
  births: Births,
): Write {
  const key = resourceKey('bgpconfigurations', 'default');
  const document = documentAt(view, key);
  if (!document.ok) {
    return { kind: 'refused', reason: document.reason };
  }
  if (document.value === undefined) {
    const resource = {
      plural: 'bgpconfigurations',
      name: 'default',
      spec: { [field]: value },
    } as const;
    const notes = [`BGPConfiguration default made: ${field} is ${value}`];
    return changesOf([{ kind: 'put', ...newResourceEntry(resource, births()) }], {
      isNew: true,
      notes,
    });
  }
  const path = ['spec', field];
  const standing = fieldOf(document.value, path);
  if (isSame(standing)) {
    return { kind: 'nothing' };
  }
  const before = standing === undefined ? 'it was not set' : `before: ${JSON.stringify(standing)}`;
  const notes = [`BGPConfiguration default changed: ${field} is ${value} (${before})`];
  return changesOf([{ kind: 'put', key, value: withField(document.value, path, value) }], {
    notes,
  });
}
