/**
 * Resources of Calico 3 as calicoctl writes them: new ones, and changes of single fields that leave every other byte of a
 * document as it is.
 */

import { applyEdits, type JSONPath, modify, parse } from 'jsonc-parser';

import type { Entry } from '../datastore/datastore.js';
import { resourcesBelow } from './keys.js';
import type { ResourcePlural } from './resources/resource.js';

/** What a resource gets once, when it is made. */
export interface Birth {
  readonly uid: string;
  /** `2026-01-31T12:00:00Z`. */
  readonly time: string;
}

/** What each new resource gets; each time another one. */
export type Births = () => Birth;

/** A resource that is to be made. */
export interface NewResource {
  readonly plural: keyof typeof KINDS;
  readonly name: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly spec: object;
}

/** The name of a field at the start of an edit, and the blank behind it. */
const NAME_AND_BLANK = /^(,?"(?:[^"\\]|\\.)*":) /;

const KINDS = {
  bgpconfigurations: 'BGPConfiguration',
  bgppeers: 'BGPPeer',
  nodes: 'Node',
} as const;

/** The key of the resource of this kind and name. */
export function resourceKey(plural: ResourcePlural, name: string): string {
  return `${resourcesBelow(plural)}${name}`;
}

/** The entry of a new resource. Its fields stand in the order of Calico's own types. */
export function newResourceEntry(
  { plural, name, labels, annotations, spec }: NewResource,
  { uid, time }: Birth,
): Entry {
  const metadata = {
    ...{ name, uid, creationTimestamp: time },
    ...(labels && { labels }),
    ...(annotations && { annotations }),
  };
  const document = { kind: KINDS[plural], apiVersion: 'projectcalico.org/v3', metadata, spec };
  return { key: resourceKey(plural, name), value: JSON.stringify(document) };
}

/**
 * `document` with `value` at `path`, or without that field where it is undefined. What isn't an object on the way there is
 * replaced by one: Go writes `null` for an empty one.
 */
export function withField(document: string, path: readonly string[], value: unknown): string {
  const objects = path.slice(0, -1).map((_, depth) => path.slice(0, depth + 1));
  const gap = objects.find((inner) => !isObject(fieldOf(document, inner)));
  if (gap === undefined) {
    return edited(document, path, value);
  }
  const inside = path.slice(gap.length).reduceRight((inner, name) => ({ [name]: inner }), value);
  return value === undefined ? document : edited(document, gap, inside);
}

/** What `document` has at `path`; undefined where it has nothing. */
export function fieldOf(document: string, path: readonly string[]): unknown {
  let value: unknown = parse(document);
  for (const name of path) {
    value = isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  }
  return value;
}

/** Whether `document` is a JSON object, so that fields of it can be changed. */
export function isDocument(document: string): boolean {
  try {
    return isObject(JSON.parse(document));
  } catch {
    return false;
  }
}

function edited(document: string, path: readonly string[], value: unknown): string {
  const edits = modify(document, [...path] satisfies JSONPath, value, {});
  // No blank after the name of a new field, as Go has none.
  const dense = edits.map((edit) => ({
    ...edit,
    content: edit.content.replace(NAME_AND_BLANK, '$1'),
  }));
  return applyEdits(document, dense);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
