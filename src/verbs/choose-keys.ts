import { parseKey } from '../decode/keys.js';
import type { Generation } from '../model/cluster.js';
import type { StoreView } from './store-view.js';
import { RECORDS } from './verb.js';

/** Whose records are to be changed, and what an operator may not expect of that. */
export type KeysChoice =
  | {
      readonly ok: true;
      readonly generation: Generation;
      /** Whole lines, to be told in any case. */
      readonly doubts: readonly string[];
      /** Whether nobody may have meant it. */
      readonly isDoubtful: boolean;
    }
  | { readonly ok: false; readonly reason: string };

/** A datastore as far as it matters here. */
export interface ChosenStore {
  /** For people. */
  readonly description: string;
  /** Whether Calico 3 may have resources in it. */
  readonly hasResources: boolean;
}

/**
 * Chooses by what was asked for and by what the datastore holds. `auto` is what the daemon goes by: resources of Calico 3 where
 * there are any. A datastore that holds nothing gets keys of Calico 2, as it always did, and a line says so.
 */
export function chooseKeys(
  asked: Generation | 'auto',
  view: StoreView,
  { description, hasResources }: ChosenStore,
): KeysChoice {
  if (!hasResources) {
    return asked === 'v3'
      ? { ok: false, reason: `${description}: Calico 3 has no resources in etcd's v2 API` }
      : sure('v1');
  }
  const { generation = inRaw(view), mixed } = view.cluster;
  const chosen = asked === 'auto' ? generation : asked;
  if (chosen === undefined) {
    const doubt = `${description} holds nothing that Calico has written about BGP, so that nobody knows which Calico is to read it: this is about the ${RECORDS.v1}; --keys v3 is for the ${RECORDS.v3}`;
    return sure('v1', [doubt]);
  }
  if (mixed !== undefined) {
    const both = `${description} holds ${RECORDS.v1} and ${RECORDS.v3}`;
    return sure(chosen, [`${both}: this is about the ${RECORDS[chosen]} (--keys ${chosen})`]);
  }
  return generation === undefined || generation === chosen
    ? sure(chosen)
    : { ok: true, generation: chosen, doubts: [ALIEN[chosen](description)], isDoubtful: true };
}

/** What it means to write records of a generation where only the other one has any. */
const ALIEN: Readonly<Record<Generation, (description: string) => string>> = {
  v1: (description) =>
    `${description} is a datastore of Calico 3, whose own programs read none of the ${RECORDS.v1} (--keys v3 is for it)`,
  v3: (description) =>
    `${description} is a datastore of Calico 2: with its first resource every host goes by the rules of Calico 3, and Calico 2 reads none of them (--keys v1 is for it)`,
};

function sure(generation: Generation, doubts: readonly string[] = []): KeysChoice {
  return { ok: true, generation, doubts, isDoubtful: false };
}

/** The generation of entries none of which could be read. */
function inRaw({ snapshot }: StoreView): Generation | undefined {
  const kinds = snapshot.entries.map(({ key }) => parseKey(key)?.kind);
  return kinds.includes('resource') ? 'v3' : kinds.some((kind) => kind) ? 'v1' : undefined;
}
