import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import type { Endpoint } from '../../../values/endpoint.js';
import type { EtcdTlsFiles } from '../options.js';
import { misfit, readTlsFiles } from '../tls-files.js';

/**
 * Credentials for one connection to an endpoint, from the files as they are now.
 *
 * @throws {DatastoreError} when a file can't be read, or certificate and key don't fit
 */
export async function readCredentials(
  { isTls }: Endpoint,
  files: EtcdTlsFiles = {},
): Promise<ChannelCredentials> {
  if (!isTls) {
    return credentials.createInsecure();
  }

  const { ca, key, cert } = await readTlsFiles(files);
  try {
    return credentials.createSsl(ca, key, cert);
  } catch (error) {
    throw misfit(files, error);
  }
}
