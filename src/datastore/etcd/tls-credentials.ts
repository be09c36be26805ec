import { readFile } from 'node:fs/promises';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { DatastoreError } from '../datastore.js';
import type { EtcdTlsFiles } from './options.js';

/**
 * Credentials for one connection to `endpoint`, from the files as they are now.
 *
 * @throws {DatastoreError} when a file can't be read, or certificate and key don't fit
 */
export async function readCredentials(
  endpoint: URL,
  files: EtcdTlsFiles = {},
): Promise<ChannelCredentials> {
  if (endpoint.protocol !== 'https:') return credentials.createInsecure();

  const [ca, key, cert] = await Promise.all([
    readPem('CA', files.caFile),
    readPem('key', files.keyFile),
    readPem('certificate', files.certFile),
  ]);
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (error) {
    const names = [files.caFile, files.certFile, files.keyFile].filter((f) => f !== undefined);
    throw unusable(`the TLS files ${names.join(', ')} don't fit`, error);
  }
}

async function readPem(role: string, file: string | undefined): Promise<Buffer | null> {
  if (file === undefined) return null;
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
