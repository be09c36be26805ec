/** What etcd's v2 API says, checked: a node of its tree, an event, an error. */
import * as v from 'valibot';
import { NotEtcd } from './etcd2-error.js';

/** A key with its value, or a directory with what is in it. */
export interface Node {
  /** Absent for the root alone. */
  readonly key?: string | undefined;
  readonly value?: string | undefined;
  readonly dir?: boolean | undefined;
  readonly nodes?: readonly Node[] | undefined;
  readonly modifiedIndex?: number | undefined;
}

/** What happened to a node; for a question, how it is. */
export interface StoreEvent {
  readonly action: string;
  readonly node: Node;
}

const nodeSchema: v.GenericSchema<Node> = v.object({
  key: v.optional(v.string()),
  value: v.optional(v.string()),
  dir: v.optional(v.boolean()),
  nodes: v.optional(v.array(v.lazy(() => nodeSchema))),
  modifiedIndex: v.optional(v.number()),
});
const eventSchema = v.object({ action: v.string(), node: nodeSchema });
const errorSchema = v.object({ errorCode: v.number() });

/**
 * An answer that holds a node.
 *
 * @throws {NotEtcd} when it is something else
 */
export function parseAnswer(text: string): StoreEvent {
  const parsed = v.safeParse(eventSchema, jsonOf(text));
  if (!parsed.success) {
    throw new NotEtcd(`not an answer of etcd: ${text.slice(0, 100)}`);
  }
  return parsed.output;
}

/** etcd's error code, when the answer has one. */
export function parseError(text: string): { readonly errorCode: number } | undefined {
  const parsed = v.safeParse(errorSchema, jsonOf(text));
  return parsed.success ? parsed.output : undefined;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
