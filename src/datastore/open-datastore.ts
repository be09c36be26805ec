import { readFile } from 'node:fs/promises';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import { DatastoreError, type EditableDatastore } from './datastore.js';

/** Which datastore, and which of its keys. */
export type DatastoreSettings = (EtcdDatastoreSettings | FileDatastoreSettings) & {
  /** Only keys that start with one of these are read. At least one. */
  readonly keyPrefixes: readonly string[];
};

/** An etcd, by its v3 API or by its older v2 API. */
export interface EtcdDatastoreSettings {
  readonly kind: 'etcd3' | 'etcd2';
  /** URLs, `http` or `https`; at least one. */
  readonly endpoints: readonly string[];
  /** PEM files; certificate and key both or none. Read again for every new connection. */
  readonly tls?: {
    readonly caFile?: string;
    readonly certFile?: string;
    readonly keyFile?: string;
  };
  /** A user, with a password or a file that holds it (read again for every new connection). */
  readonly auth?: EtcdAuth;
}

/** How a user of etcd logs in. */
export type EtcdAuth =
  | { readonly username: string; readonly password: string }
  | { readonly username: string; readonly passwordFile: string };

/** A YAML file. */
export interface FileDatastoreSettings {
  readonly kind: 'file';
  readonly path: string;
}

/** What every datastore needs of the program. */
export interface DatastoreDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * The datastore that the settings ask for. Nothing is read or connected to yet.
 *
 * The implementations are loaded here and not before: one of them is all that a run needs, and etcd's client alone
 * takes a quarter of a second.
 */
export async function openDatastore(
  settings: DatastoreSettings,
  dependencies: DatastoreDependencies,
): Promise<EditableDatastore> {
  const { keyPrefixes } = settings;
  switch (settings.kind) {
    case 'etcd3': {
      const { Etcd3Datastore } = await import('./etcd/v3/etcd3-datastore.js');
      return new Etcd3Datastore({ ...dependencies, ...etcdOptionsOf(settings), keyPrefixes });
    }
    case 'etcd2': {
      const { Etcd2Datastore } = await import('./etcd/v2/etcd2-datastore.js');
      return new Etcd2Datastore({ ...dependencies, ...etcdOptionsOf(settings), keyPrefixes });
    }
    case 'file': {
      const { FileDatastore } = await import('./file/file-datastore.js');
      return new FileDatastore({ ...dependencies, keyPrefixes, path: settings.path });
    }
  }
}

function etcdOptionsOf({ endpoints, tls, auth }: EtcdDatastoreSettings) {
  return { endpoints, ...(tls && { tls }), ...(auth && { auth: userOf(auth) }) };
}

function userOf(auth: EtcdAuth) {
  if ('password' in auth) {
    return auth;
  }
  const { username, passwordFile } = auth;
  return { username, password: () => readPassword(passwordFile) };
}

async function readPassword(file: string): Promise<string> {
  try {
    // One line end belongs to the file, not to the password.
    return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new DatastoreError(`can't read the password file of etcd: ${reason}`, {
      advice: 'create the file, let birdkeeper read it, or correct --etcd-password-file',
      isRetryable: false,
      cause: error,
    });
  }
}
