import { type Endpoint, parseEndpoint } from '../../values/endpoint.js';
import { DatastoreError } from '../datastore.js';

/** `text` as an endpoint. @throws {DatastoreError} when it is none */
export function endpointOf(text: string): Endpoint {
  const parsed = parseEndpoint(text);
  if (parsed.ok) {
    return parsed.value;
  }
  throw new DatastoreError(parsed.reason, {
    advice: 'correct --etcd-endpoints',
    isRetryable: false,
  });
}
