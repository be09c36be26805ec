import { resolve } from 'node:path';

import { remember } from '../../base/remember.js';
import type { Result } from '../../base/result.js';
import { keyOfFile, type Place, SourceError } from './place.js';
import { readFileText } from './read-file.js';
import { splitServices } from './split-services.js';

/** More than all services and endpoints of the largest cluster. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A file of Services and EndpointSlices; each Service is an entry, with its slices. */
export function servicesPlace(file: string): Place {
  const path = resolve(file);
  const setting = 'services-file';
  const keyPrefix = `${keyOfFile({ setting }, path)}#`;
  // It is read now and then without a change, and 5,000 services in YAML take seconds to take apart.
  const split = remember(splitServices, 1);
  return {
    setting,
    path,
    keyPrefix,
    isOptional: false,
    async read() {
      const text = await readFileText(path, MAX_BYTES);
      if (text === undefined) {
        return undefined;
      }
      const services = text.ok ? split(text.value) : text;
      if (!services.ok) {
        throw new SourceError(`cannot read ${path}: ${services.reason}`, {
          advice: 'mend the file, or let birdkeeper read it',
          isRetryable: true,
        });
      }
      const entries = new Map<string, Result<string>>();
      for (const [name, service] of services.value) {
        entries.set(`${keyPrefix}${name}`, service);
      }
      return entries;
    },
  };
}
