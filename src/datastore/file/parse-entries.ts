/**
 * The form of a datastore file: YAML documents, each a flat map of key to value.
 *
 * A value that is a string is stored as it is, any other as its JSON: so that JSON values can be written as YAML.
 * Resources of Calico's v3 API may stand between; `resourceOf` is the one place that knows them.
 */
import {
  type Document,
  isMap,
  isScalar,
  LineCounter,
  type Node,
  type ParsedNode,
  parseAllDocuments,
  type YAMLMap,
} from 'yaml';
import { ok, type Result, refused } from '../../base/result.js';

/** What a datastore file holds. */
export interface FileContents {
  readonly entries: ReadonlyMap<string, string>;
  /** Calico v3 resources, which nothing reads yet: `BGPPeer tor-1`. */
  readonly ignoredResources: readonly string[];
}

/** The contents of a datastore file; a refusal starts with line and column: `7:3: ...`. */
export function parseEntries(text: string): Result<FileContents> {
  // A writer that truncates before it writes shows an empty file, and nobody wants to lose all routes for that.
  if (text.trim() === '') {
    return refused('1:1: the file is empty; write {} for no entries');
  }

  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter });
  const entries = new Map<string, string>();
  const ignoredResources: string[] = [];
  for (const document of Array.isArray(documents) ? documents : []) {
    const fault = addDocument({ entries, ignoredResources }, document);
    if (fault === undefined) {
      continue;
    }
    const { line, col } = lineCounter.linePos(fault.offset);
    return refused(`${line}:${col}: ${fault.reason}`);
  }
  return ok({ entries, ignoredResources });
}

/** What is wrong, and where in the text. */
interface Fault {
  readonly offset: number;
  readonly reason: string;
}

function addDocument(
  to: { readonly entries: Map<string, string>; readonly ignoredResources: string[] },
  document: Document.Parsed,
): Fault | undefined {
  const [error] = document.errors;
  if (error) {
    return { offset: error.pos[0], reason: firstLine(error.message) };
  }

  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) {
    return undefined;
  }
  if (!isMap(contents)) {
    return { offset: contents.range[0], reason: 'not a map of key to value' };
  }

  const resource = resourceOf(contents);
  if (resource === undefined) {
    return addEntries(to.entries, contents, document);
  }
  to.ignoredResources.push(resource);
  return undefined;
}

function addEntries(
  entries: Map<string, string>,
  map: YAMLMap<ParsedNode, ParsedNode | null>,
  document: Document.Parsed,
): Fault | undefined {
  for (const { key: keyNode, value } of map.items) {
    const key = plain(keyNode, document);
    if (!key.ok) {
      return { offset: offsetOf(keyNode), reason: key.reason };
    }
    const text = String(key.value);
    if (entries.has(text)) {
      return { offset: offsetOf(keyNode), reason: `${text} is given twice` };
    }
    const content = plain(value, document);
    if (!content.ok) {
      return { offset: offsetOf(value ?? keyNode), reason: content.reason };
    }
    entries.set(text, textOf(value, content.value));
  }
  return undefined;
}

/** A node as what it stands for. An alias that names nothing, or expands to far too much, shows only here. */
function plain(node: ParsedNode | null, document: Document.Parsed): Result<unknown> {
  try {
    return ok(node?.toJS(document) ?? null);
  } catch (error) {
    return refused(firstLine(error instanceof Error ? error.message : String(error)));
  }
}

function offsetOf(node: ParsedNode): number {
  return node.range[0];
}

/** A resource of Calico's v3 API as `KIND NAME`; undefined for any other map. */
export function resourceOf(map: YAMLMap): string | undefined {
  const kind = map.get('kind');
  if (typeof kind !== 'string' || typeof map.get('apiVersion') !== 'string') {
    return undefined;
  }
  return `${kind} ${String(map.getIn(['metadata', 'name']) ?? '(without a name)')}`;
}

function textOf(node: Node | null, value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  // As written, where that is JSON: 64512.10 is an AS number, and 64512.1 another one.
  if (isScalar(node) && typeof value === 'number' && isJsonNumber(node.source)) {
    return node.source;
  }
  return JSON.stringify(value);
}

function isJsonNumber(text: string | undefined): text is string {
  return text !== undefined && /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/.test(text);
}

function firstLine(message: string): string {
  return (message.split('\n', 1)[0] ?? '').replace(/ at line \d+, column \d+:?$/, '');
}
