/**
 * The form of a file of services: what `kubectl get services,endpointslices --all-namespaces -o yaml` prints (or `-o json`, which is
 * read many times faster), or single documents. Other kinds are passed over. Pure.
 */

import { parseAllDocuments } from 'yaml';

import { groupBy } from '../../base/group-by.js';
import { ok, type Result, refused } from '../../base/result.js';

/** What an object says of itself. */
interface Named {
  readonly kind: unknown;
  readonly namespace: string;
  readonly name: unknown;
  readonly object: Readonly<Record<string, unknown>>;
}

/** Which service a slice is of (Kubernetes' well-known labels). */
const SERVICE_LABEL = 'kubernetes.io/service-name';

/**
 * The services in `text` by `NAMESPACE/NAME`: each as JSON `{"spec": …, "status": …, "slices": […]}`.
 *
 * Endpoints come in any order. Those of one service are sorted, so that the same state gives the same text.
 */
export function splitServices(text: string): Result<ReadonlyMap<string, Result<string>>> {
  // A writer that truncates before it writes shows an empty file, and nobody wants to lose all routes for that.
  if (text.trim() === '') {
    return refused('the file is empty; write {} for no services');
  }
  const documents = documentsIn(text);
  if (!documents.ok) {
    return documents;
  }
  if (documents.value.some(isUnfinished)) {
    return refused('it is not what kubectl prints, or only the beginning of it');
  }
  const objects = documents.value.flatMap(itemsOf).map(namedOf);
  const slices = groupBy(
    objects.filter(({ kind }) => kind === 'EndpointSlice'),
    ({ namespace, object }) => `${namespace}/${String(labelOf(object))}`,
  );
  const services = new Map<string, Result<string>>();
  for (const { kind, namespace, name, object } of objects) {
    if (kind === 'Service') {
      const id = idOf(namespace, name);
      services.set(
        id ?? `service ${services.size + 1}`,
        id === undefined
          ? refused('its name or its namespace is none')
          : ok(serviceText(object, slices.get(id))),
      );
    }
  }
  return ok(services);
}

function documentsIn(text: string): Result<readonly unknown[]> {
  try {
    if (text.trimStart().startsWith('{')) {
      return ok([JSON.parse(text)]);
    }
  } catch {
    // YAML may begin so too.
  }
  try {
    const parsed = parseAllDocuments(text);
    const documents = Array.isArray(parsed) ? parsed : [];
    const error = documents.flatMap(({ errors }) => errors)[0];
    return error === undefined
      ? ok(documents.map((document): unknown => document.toJS()))
      : refused(firstLine(error.message));
  } catch (error) {
    // An alias that names nothing, or expands to far too much.
    return refused(firstLine(error instanceof Error ? error.message : String(error)));
  }
}

/**
 * Whether a document is no whole object: a message in place of one, or one without a kind, which kubectl prints after the items of a
 * list.
 */
function isUnfinished(document: unknown): boolean {
  const fields = recordOf(document);
  return (
    typeof document === 'string' ||
    Array.isArray(document) ||
    (Object.keys(fields).length > 0 && typeof fields.kind !== 'string')
  );
}

/** The objects of a list, or the one object. */
function itemsOf(document: unknown): readonly unknown[] {
  const { kind, items } = recordOf(document);
  return typeof kind === 'string' && kind.endsWith('List') && Array.isArray(items)
    ? items
    : [document];
}

function namedOf(value: unknown): Named {
  const object = recordOf(value);
  const { name, namespace } = recordOf(object.metadata);
  return {
    kind: object.kind,
    namespace: typeof namespace === 'string' ? namespace : 'default',
    name,
    object,
  };
}

function labelOf(slice: Readonly<Record<string, unknown>>): unknown {
  return recordOf(recordOf(slice.metadata).labels)[SERVICE_LABEL];
}

/** Names of Kubernetes are DNS names (RFC 1123). */
function idOf(namespace: string, name: unknown): string | undefined {
  const isName = (text: unknown): text is string =>
    typeof text === 'string' && /^[a-z0-9][a-z0-9.-]{0,252}$/.test(text);
  return isName(namespace) && isName(name) ? `${namespace}/${name}` : undefined;
}

/** Without metadata: Kubernetes counts versions there, and these are no change. */
function serviceText(
  { spec, status }: Readonly<Record<string, unknown>>,
  slices: readonly Named[] = [],
): string {
  const ofSlices = slices
    .map(({ object: { addressType, endpoints } }) => ({ addressType, endpoints }))
    .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
  return JSON.stringify({ spec, status, slices: ofSlices });
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? '';
}
