import { readFile } from 'node:fs/promises';
import { DatastoreError } from '../datastore.js';
import type { EtcdTlsFiles } from './options.js';

/** What TLS files hold; null where there is none. */
export interface TlsTexts {
  readonly ca: Buffer | null;
  readonly key: Buffer | null;
  readonly cert: Buffer | null;
}

/**
 * TLS files as they are now.
 *
 * @throws {DatastoreError} when one can't be read
 */
export async function readTlsFiles(files: EtcdTlsFiles): Promise<TlsTexts> {
  const [ca, key, cert] = await Promise.all([
    readPem('CA', files.caFile),
    readPem('key', files.keyFile),
    readPem('certificate', files.certFile),
  ]);
  return { ca, key, cert };
}

/** The error for files that were read and can't be used. */
export function misfit(files: EtcdTlsFiles, error: unknown): DatastoreError {
  const names = [files.caFile, files.certFile, files.keyFile].filter((f) => f !== undefined);
  return unusable(`the TLS files ${names.join(', ')} don't fit`, error);
}

async function readPem(role: string, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) {
    return null;
  }
  try {
    return await readFile(file);
  } catch (error) {
    throw unusable(`can't read the TLS ${role} file`, error);
  }
}

function unusable(what: string, cause: unknown): DatastoreError {
  return new DatastoreError(`${what}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    advice: 'correct --etcd-ca, --etcd-cert and --etcd-key, or the files that they name',
    isRetryable: false,
    cause,
  });
}
