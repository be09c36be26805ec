import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { EtcdTlsFiles } from './options.js';
import { misfit, readTlsFiles } from './tls-files.js';

/**
 * Credentials for one connection to `endpoint`, from the files as they are now.
 *
 * @throws {DatastoreError} when a file can't be read, or certificate and key don't fit
 */
export async function readCredentials(
  endpoint: URL,
  files: EtcdTlsFiles = {},
): Promise<ChannelCredentials> {
  if (endpoint.protocol !== 'https:') {
    return credentials.createInsecure();
  }

  const { ca, key, cert } = await readTlsFiles(files);
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (error) {
    throw misfit(files, error);
  }
}
