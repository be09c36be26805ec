/** Scenario folders: a datastore and settings in, files and problems out. */
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { parse } from 'yaml';
import { ok } from '../../src/base/result.js';
import { planFiles } from '../../src/daemon/plan-files.js';
import type { Entry } from '../../src/datastore/datastore.js';
import { DecodedStore } from '../../src/decode/decoded-store.js';
import type { Host } from '../../src/plan/host.js';
import { Planner } from '../../src/plan/make-plan.js';
import { compileTemplates } from '../../src/render/compiled-templates.js';
import {
  type Dialect,
  type DialectName,
  dialectFor,
  parseBirdVersion,
} from '../../src/render/dialects/index.js';
import { TemplateEngine } from '../../src/render/engine.js';
import { loadTemplates } from '../../src/render/load-templates.js';
import { prefixes as parsePrefixes } from '../../src/settings/parsers.js';
import { parseSpeakerAddress } from '../../src/values/address.js';
import { parseRouterId } from '../../src/values/router-id.js';
import { projectRoot } from './tools.js';

/** Where scenarios are. */
const SCENARIOS = join(projectRoot, 'test/scenarios');

/** The dialects that have expected files of their own; `bird3` prints what `bird2` does. */
export const GOLDEN_DIALECTS = ['bird1', 'bird2', 'calico'] as const;

/** One folder. */
export interface Scenario {
  /** `mesh/three-nodes`. */
  readonly name: string;
  readonly folder: string;
  readonly entries: readonly Entry[];
  /** What stands in files beside the datastore, by the keys that they have in the store. */
  readonly files: ReadonlyMap<string, string>;
  readonly host: Host;
}

/** Files by name, and a line for each problem. */
export interface Rendered {
  readonly files: ReadonlyMap<string, string>;
  readonly problems: readonly string[];
}

/** All scenarios, by folder name. */
export async function findScenarios(): Promise<readonly Scenario[]> {
  const found = await readdir(SCENARIOS, { recursive: true });
  const folders = found
    .filter((path) => path.endsWith('/datastore.yaml'))
    .map((path) => dirname(path))
    .sort();
  return Promise.all(folders.map((name) => readScenario(name)));
}

/** The scenario of a folder: `v3/filters`. */
export async function readScenario(name: string): Promise<Scenario> {
  const folder = join(SCENARIOS, name);
  const read = async (file: string) =>
    recordOf(parse(await readFile(join(folder, file), 'utf8').catch(() => '{}')));
  const keys = textsOf(await read('datastore.yaml'));
  const entries = Array.from(keys, ([key, value]) => ({ key, value }));
  const files = textsOf(await read('files.yaml'));
  return { name, folder, entries, files, host: hostOf(await read('settings.yaml')) };
}

function textsOf(record: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(record).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  );
}

function hostOf(settings: Readonly<Record<string, unknown>>): Host {
  const { role = 'node', node = 'node-a', ip, ip6, routerId, customFilters = true } = settings;
  const refused = Object.entries(recordOf(settings.refusedStatements));
  const ipv4 = ip === undefined ? undefined : parseSpeakerAddress(String(ip), 'ipv4');
  const ipv6 = ip6 === undefined ? undefined : parseSpeakerAddress(String(ip6), 'ipv6');
  const { usePodCidr, advertiseClusterIps } = settings;
  const ranges = parsePrefixes(String(advertiseClusterIps));
  const id = routerId === undefined ? undefined : parseRouterId(String(routerId));
  return {
    role: role === 'reflector' ? 'reflector' : 'node',
    nodeName: String(node),
    ...(ipv4?.ok && { ipv4: ipv4.value }),
    ...(ipv6?.ok && { ipv6: ipv6.value }),
    ...(routerId === 'hash' && { routerId: 'hash' as const }),
    ...(id?.ok && { routerId: id.value }),
    usesPodPrefixes: usePodCidr === true,
    ...(ranges.ok && { clusterServiceRanges: ranges.value }),
    acceptsCustomFilters: customFilters === true,
    refusedStatements: new Map(refused.map(([key, why]) => [key, String(why)])),
  };
}

/** A dialect with its templates. */
interface Printer {
  readonly dialect: Dialect;
  readonly engine: TemplateEngine;
}

/**
 * Compiled templates, for many renderers: to compile them is most of the work. What an engine keeps of an earlier text is
 * found by the printed object, and each renderer plans objects of its own.
 */
export class Printers {
  readonly #made = new Map<string, Promise<Printer>>();

  /** That of a dialect as a BIRD of this version is given it. */
  of(dialect: DialectName, version: string): Promise<Printer> {
    const key = `${dialect} ${version}`;
    const printer = this.#made.get(key) ?? makePrinter(dialect, version);
    this.#made.set(key, printer);
    return printer;
  }
}

const shared = new Printers();

/** Renders entries again and again, as a daemon does: what was printed before is kept. */
export class Renderer {
  readonly #planner = new Planner();
  readonly #printer: Printer;

  private constructor(printer: Printer) {
    this.#printer = printer;
  }

  /** For the newest BIRD of the dialect, unless a version is given. */
  static async create(dialect: DialectName, version = '', printers = shared): Promise<Renderer> {
    return new Renderer(await printers.of(dialect, version));
  }

  get dialect(): Dialect {
    return this.#printer.dialect;
  }

  render(store: DecodedStore, host: Host): Rendered {
    const parts = { ...this.#printer, store, planner: this.#planner };
    const { fileSet, problems } = planFiles(parts, host, () => 0);
    return {
      files: new Map(fileSet.files.map(({ name, text }) => [name, text])),
      problems: problems.map(
        ({ code, key, path, reason, action }) =>
          `${code} ${key}${path === undefined ? '' : ` ${path}`}: ${reason}; ${action}`,
      ),
    };
  }
}

/** A store that holds `entries`, filled at once. */
export function storeOf(
  entries: readonly Entry[],
  lastGood?: ConstructorParameters<typeof DecodedStore>[0],
): DecodedStore {
  const store = new DecodedStore(lastGood);
  store.replace({ revision: '1', entries });
  return store;
}

/** A store that holds what the datastore and the files of a scenario do. @param entries - in another order */
export function storeFor(scenario: Scenario, entries = scenario.entries): DecodedStore {
  const store = storeOf(entries);
  store.replaceFiles(new Map(Array.from(scenario.files, ([key, value]) => [key, ok(value)])));
  return store;
}

/** Names below `folder`, with their folders; empty when there is none. */
export async function filesBelow(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}

async function makePrinter(name: DialectName, version: string): Promise<Printer> {
  const dialect = dialectFor(name, parseBirdVersion(version));
  if (!dialect.ok) {
    throw new Error(dialect.reason);
  }
  const folders = { builtIn: join(projectRoot, 'templates') };
  const sources = await loadTemplates(folders, dialect.value.templateFolders);
  return { dialect: dialect.value, engine: new TemplateEngine(await compileTemplates(sources)) };
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
