import type { Cluster } from '../model/cluster.js';
import type { KeyLanguage, Write } from './key-language.js';
import { type StoreView, viewAfter } from './store-view.js';
import { otherThan, RECORDS, type Verb } from './verb.js';

/** A setting of the cluster that both generations have. */
interface SettingOfCluster {
  readonly write: (view: StoreView, keys: KeyLanguage) => Write;
  /** Whether the setting is as it is to be. */
  readonly isSo: (cluster: Cluster) => boolean;
  readonly already: string;
  /** What wouldn't be, where the other generation's record counts. */
  readonly inVain: string;
  readonly warnings?: (view: StoreView) => readonly string[];
}

/** The verb that sets it. One that would change nothing since the other generation's record counts isn't done. */
export function settingVerb({
  write,
  isSo,
  already,
  inVain,
  warnings = () => [],
}: SettingOfCluster): Verb {
  return (view, keys) => {
    const written = write(view, keys);
    if (written.kind === 'refused') {
      return { kind: 'impossible', reason: written.reason };
    }
    const after = written.kind === 'nothing' ? view : viewAfter(view, written.changes);
    if (!isSo(after.cluster)) {
      const other = otherThan(keys.generation);
      const reason = `${inVain} by ${RECORDS[keys.generation]}: the ${RECORDS[other]} say otherwise, and these count; use --keys ${other}`;
      return { kind: 'impossible', reason };
    }
    if (written.kind === 'nothing') {
      return { kind: 'nothing-to-do', notes: [already] };
    }
    const { changes, notes } = written;
    return { kind: 'edit', changes, notes, warnings: [...warnings(view), ...written.warnings] };
  };
}
