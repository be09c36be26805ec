import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import type { Result } from '../../base/result.js';
import { keyOfFile, type Place, SourceError } from './place.js';
import { causeOf, isMissing, readFileText } from './read-file.js';

/** A password of BGP has at most 80 bytes; a folder of secrets may hold others beside it. */
const MAX_SECRET_BYTES = 64 * 1024;
const MAX_STATUS_BYTES = 64 * 1024;

/**
 * A folder of Kubernetes Secrets: `NAME/KEY`, as one is mounted, or `NAMESPACE/NAME/KEY`.
 *
 * The kubelet writes into a folder `..2024_01_31…`, has the link `..data` lead there, and makes each key a link into `..data`.
 * Names that begin with two dots are therefore no keys.
 */
export function secretsPlace(folder: string, namespace: string): Place {
  const path = resolve(folder);
  const setting = 'secrets-dir';
  return {
    setting,
    path,
    keyPrefix: keyOfFile({ setting }, `${path}/`),
    // NAMESPACE/NAME/..2024_01_31…
    depth: 3,
    isOptional: false,
    async read() {
      const names = await foldersIn(path);
      if (names === undefined) {
        return undefined;
      }
      const files = [];
      for (const name of names) {
        files.push(...(await secretsIn(join(path, name), name === namespace)));
      }
      const entries = await readAll(setting, files, MAX_SECRET_BYTES);
      // One that went meanwhile is missing as a whole, and not without some of its files.
      return (await isFolderAt(path)) ? entries : undefined;
    },
  };
}

/** The files of a secret, or of all secrets of a namespace. */
async function secretsIn(folder: string, isNamespace: boolean): Promise<readonly string[]> {
  const files: string[] = [];
  for (const name of (await namesIn(folder)) ?? []) {
    const path = join(folder, name);
    const isFolder = isNamespace && (await isFolderAt(path));
    files.push(...(isFolder ? await pathsIn(path) : [path]));
  }
  return files;
}

/** Felix's endpoint status: one file for each workload of this host. */
export function endpointStatusPlace(prefix: string): Place {
  const path = resolve(prefix, 'endpoint-status');
  const setting = 'endpoint-status';
  return {
    setting,
    path,
    keyPrefix: keyOfFile({ setting }, `${path}/`),
    depth: 0,
    isOptional: true,
    async read() {
      const names = await namesIn(path);
      if (names === undefined) {
        return undefined;
      }
      // Half-written files have a dot before their name.
      const files = names.filter((name) => !name.startsWith('.')).map((name) => join(path, name));
      return readAll(setting, files, MAX_STATUS_BYTES);
    },
  };
}

async function readAll(setting: string, files: readonly string[], maxBytes: number) {
  const entries = new Map<string, Result<string>>();
  for (const file of files) {
    const text = await readFileText(file, maxBytes);
    if (text !== undefined) {
      entries.set(keyOfFile({ setting }, file), text);
    }
  }
  return entries;
}

async function foldersIn(folder: string): Promise<readonly string[] | undefined> {
  const names = await namesIn(folder);
  if (names === undefined) {
    return undefined;
  }
  const folders: string[] = [];
  for (const name of names) {
    if (await isFolderAt(join(folder, name))) {
      folders.push(name);
    }
  }
  return folders;
}

async function pathsIn(folder: string): Promise<readonly string[]> {
  return ((await namesIn(folder)) ?? []).map((name) => join(folder, name));
}

/** What is in `folder`, sorted; undefined when it is missing. @throws {SourceError} */
async function namesIn(folder: string): Promise<readonly string[] | undefined> {
  const entries = await orSourceError<readonly Dirent[]>(folder, () =>
    readdir(folder, { withFileTypes: true }),
  );
  return entries
    ?.map(({ name }) => name)
    .filter((name) => !name.startsWith('..'))
    .sort();
}

/** @throws {SourceError} */
async function isFolderAt(path: string): Promise<boolean> {
  const stats = await orSourceError(path, () => stat(path));
  return stats?.isDirectory() ?? false;
}

/** What `act` gives; undefined when there is nothing at `path`. @throws {SourceError} */
async function orSourceError<T>(path: string, act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act();
  } catch (error) {
    if (isMissing(error)) {
      return undefined;
    }
    throw new SourceError(`cannot read ${path}: ${causeOf(error)}`, {
      advice: 'let birdkeeper read it',
      isRetryable: true,
      cause: error,
    });
  }
}
