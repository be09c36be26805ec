import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A key and its certificate, as PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes a certificate authority; `NAME.pem` and `NAME.key` in `dir`. */
export function makeCa(dir: string, name: string): Certificate {
  const files = filesOf(dir, name);
  openssl(['req', '-x509', ...NEW_KEY, ...outOf(files), '-subj', `/CN=${name}`, '-days', '2']);
  return files;
}

/**
 * Makes a certificate for loopback, for servers and clients, signed by `ca`.
 *
 * @param options - other names than loopback's, or a validity in days (negative: expired)
 */
export function makeCertificate(
  ca: Certificate,
  dir: string,
  name: string,
  { names = 'DNS:localhost,IP:127.0.0.1', days = 2 } = {},
): Certificate {
  const files = filesOf(dir, name);
  const request = join(dir, `${name}.csr`);
  const extensions = join(dir, `${name}.ext`);
  writeFileSync(extensions, `subjectAltName=${names}\nextendedKeyUsage=serverAuth,clientAuth\n`);
  openssl(['req', ...NEW_KEY, '-keyout', files.keyFile, '-out', request, '-subj', `/CN=${name}`]);
  const signer = ['-CA', ca.certFile, '-CAkey', ca.keyFile, '-CAcreateserial'];
  const validity = ['-days', String(days), '-extfile', extensions];
  openssl(['x509', '-req', '-in', request, ...signer, '-out', files.certFile, ...validity]);
  return files;
}

function filesOf(dir: string, name: string): Certificate {
  return { certFile: join(dir, `${name}.pem`), keyFile: join(dir, `${name}.key`) };
}

function outOf({ certFile, keyFile }: Certificate): string[] {
  return ['-keyout', keyFile, '-out', certFile];
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
