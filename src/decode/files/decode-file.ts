import type { Decoded } from '../decoded.js';
import type { FileKind } from './file-keys.js';
import { decodeSecret } from './secret.js';
import { decodeService } from './service.js';
import { decodeWorkload } from './workload.js';

/** What the file, or the part of a file, with this key says. Pure and total, as `decodeEntry`. */
export function decodeFile(kind: FileKind, key: string, value: string): Decoded {
  switch (kind) {
    case 'secrets-dir':
      return decodeSecret(key, value);
    case 'endpoint-status':
      return decodeWorkload(key, value);
    case 'services-file':
      return decodeService(key, value);
  }
}
