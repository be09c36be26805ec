/** Where the hosts of a lab find the desired state: etcd by either of its APIs, or a file that all of them see. */

/** The kinds of datastore, as `--datastore` names them. */
export type StoreKind = 'etcd3' | 'etcd2' | 'file';

/** A datastore as an operator uses it: by environment and command lines. */
export interface LabStore {
  readonly kind: StoreKind;
  /** What makes birdkeeper use it. */
  readonly environment: Readonly<Record<string, string>>;
  /** The command line that sets a key, for the shell of any host. */
  putCommand(key: string, value: string): string;
}

/** The datastore of `kind`: an etcd at `authority` (HOST:PORT), or a file. */
export function labStoreOf(
  kind: StoreKind,
  { authority, file }: { readonly authority: string; readonly file: string },
): LabStore {
  const url = `http://${authority}`;
  switch (kind) {
    case 'etcd3':
      return {
        kind,
        environment: { ETCD_AUTHORITY: authority },
        putCommand: (key, value) => `etcdctl --endpoints ${url} put ${key} '${value}'`,
      };
    case 'etcd2':
      return {
        kind,
        environment: { BIRDKEEPER_DATASTORE: 'etcd2', ETCD_AUTHORITY: authority },
        putCommand: (key, value) =>
          `curl -sSL ${url}/v2/keys${key} -XPUT -d value="${value.replaceAll('"', '\\"')}"`,
      };
    case 'file':
      return {
        kind,
        environment: { BIRDKEEPER_FILE: file },
        // One write for both: away with the old line, and the new one at the end.
        putCommand: (key, value) =>
          `sed -i -e "\\$a ${key}: '${value.replaceAll('"', '\\"')}'" -e '\\|^${key}: |d' ${file}`,
      };
  }
}
