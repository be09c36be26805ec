import { createSecureContext } from 'node:tls';
import { Pool } from 'undici';
import { endpointOf } from '../endpoint.js';
import { passwordOf } from '../identity.js';
import type { EtcdUser } from '../options.js';
import { misfit, readTlsFiles } from '../tls-files.js';
import type { Etcd2Settings } from './options.js';

/** Polls hold a few; the rest bounds what an edit of many keys opens. */
const MAX_CONNECTIONS = 64;

/**
 * Connections to one endpoint, with the TLS files as they are now. None is made yet.
 *
 * @throws {DatastoreError} when the endpoint is no URL, or a TLS file is unusable
 */
export async function poolOf(endpoint: string, settings: Etcd2Settings): Promise<Pool> {
  const { url, isTls } = endpointOf(endpoint);
  const tls = isTls ? await tlsTexts(settings.tls ?? {}) : {};
  return new Pool(url, {
    connections: MAX_CONNECTIONS,
    connect: { ...tls, timeout: settings.answerMs },
  });
}

/** The header that logs a user in. @throws {DatastoreError} when the password file can't be read */
export async function basicAuth(user: EtcdUser): Promise<string> {
  const text = `${user.username}:${await passwordOf(user)}`;
  return `Basic ${Buffer.from(text).toString('base64')}`;
}

async function tlsTexts(files: NonNullable<Etcd2Settings['tls']>) {
  const { ca, key, cert } = await readTlsFiles(files);
  const texts = { ...(ca && { ca }), ...(key && { key }), ...(cert && { cert }) };
  try {
    // Unusable files show here, and not as the failure of a connection.
    createSecureContext(texts);
  } catch (error) {
    throw misfit(files, error);
  }
  return texts;
}
