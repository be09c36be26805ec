/** Settings from all their sources, with everything that is wrong reported at once. */

import { hostname } from 'node:os';
import { join } from 'node:path';

import type { Setting } from './setting.js';
import { SETTINGS, type SettingValues } from './settings.js';

/** All settings, with what follows from several of them worked out. */
export type Settings = SettingValues & {
  readonly datastore: 'etcd3' | 'etcd2' | 'file';
  readonly etcdEndpoints: readonly string[];
  readonly node: string;
  readonly stateDir: string;
  readonly acceptsCustomFilters: boolean;
};

/** Where settings come from. */
export interface SettingSources {
  /** Options of the command line by their flag, without dashes. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The config file's content, already parsed from YAML, and its name for messages. */
  readonly config?: { readonly path: string; readonly content: unknown };
}

/** Settings, or what is wrong with them: one line a reason, naming source, value and what is expected. */
export type LoadedSettings =
  | { readonly ok: true; readonly settings: Settings }
  | { readonly ok: false; readonly reasons: readonly string[] };

/** The environment of the process; the only place that reads it. */
export function processEnvironment(): Readonly<Record<string, string | undefined>> {
  return process.env;
}

/** The config file that options or environment name. */
export function configPathOf({ options, environment }: SettingSources): string | undefined {
  const { config } = SETTINGS;
  const option = options[config.flag];
  return typeof option === 'string' ? option : environment[config.environment[0]] || undefined;
}

/** Reads all settings out of `sources`. Pure but for the host's name. */
export function loadSettings(sources: SettingSources): LoadedSettings {
  const reasons: string[] = [...configReasons(sources)];
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  for (const [name, setting] of Object.entries<Setting<unknown>>(SETTINGS)) {
    const found = find(setting, sources);
    if (found === undefined) {
      continue;
    }
    const parsed = setting.parse(found.text);
    if (!parsed.ok) {
      reasons.push(`${found.source}: ${parsed.reason}`);
    } else if (parsed.value === undefined) {
      continue;
    } else {
      values[name] = parsed.value;
    }
    given.add(name);
  }
  // Every setting with a default has a value now, unless a reason says why not.
  const table = values as unknown as SettingValues;
  reasons.push(...contradictions(table, given));
  return reasons.length === 0 ? { ok: true, settings: complete(table) } : { ok: false, reasons };
}

function find(
  setting: Setting<unknown>,
  { options, environment, config }: SettingSources,
): { readonly source: string; readonly text: string } | undefined {
  const { flag, fallback } = setting;
  const option = flag === undefined ? undefined : options[flag];
  if (option !== undefined) {
    return { source: `--${flag}`, text: String(option) };
  }
  const variable = setting.environment.find((name) => environment[name]);
  if (variable !== undefined) {
    return { source: variable, text: environment[variable] ?? '' };
  }
  const configured = flag === undefined ? undefined : recordOf(config?.content)[flag];
  if (configured !== undefined && configured !== null) {
    const text = Array.isArray(configured) ? configured.join(',') : String(configured);
    return { source: `${config?.path}: ${flag}`, text };
  }
  return fallback === undefined ? undefined : { source: 'default', text: fallback };
}

/** What is wrong with the config file apart from the values in it. */
function configReasons({ config }: SettingSources): readonly string[] {
  if (config === undefined) {
    return [];
  }
  const { content, path } = config;
  if (content !== null && !isRecord(content)) {
    return [`${path}: it is not a list of settings with their values`];
  }
  const known = Object.values<Setting<unknown>>(SETTINGS).flatMap(({ flag }) => flag ?? []);
  return Object.entries(recordOf(content)).flatMap(([name, value]) => {
    if (!known.includes(name)) {
      return [`${path}: ${name}: there is no such setting`];
    }
    return isRecord(value)
      ? [`${path}: ${name}: it is a record, and must be one value or a list`]
      : [];
  });
}

/** What settings lack of each other. One that was given counts, even when its value is wrong: that is told already. */
function contradictions(values: SettingValues, given: ReadonlySet<string>): readonly string[] {
  const has = (name: keyof SettingValues): boolean => given.has(name);
  const reasons: string[] = [];
  if (values.role === 'reflector' && !has('ip') && !has('ip6')) {
    reasons.push('--role reflector needs an address: --ip or --ip6 (IP, IP6)');
  }
  if (values.datastore === 'file' && !has('file')) {
    reasons.push('--datastore file needs --file (BIRDKEEPER_FILE)');
  }
  const isFile = values.datastore === 'file' || (!has('datastore') && has('file'));
  return isFile ? reasons : [...reasons, ...etcdContradictions(has), ...calicoReasons(values, has)];
}

/** What calico/node can be told about its datastore and we can't do. */
function calicoReasons(
  { datastoreType }: SettingValues,
  has: (name: keyof SettingValues) => boolean,
): readonly string[] {
  const reasons: string[] = [];
  if (datastoreType === 'kubernetes' && !has('datastore')) {
    reasons.push(
      'DATASTORE_TYPE: kubernetes is not supported yet: birdkeeper reads the resources of Calico from etcd (etcdv3), or from a file (--file)',
    );
  }
  if (has('etcdDiscoverySrv') && !has('etcdEndpoints')) {
    reasons.push(
      'ETCD_DISCOVERY_SRV: members of etcd are not looked up in DNS; name them (--etcd-endpoints, ETCD_ENDPOINTS)',
    );
  }
  return reasons;
}

function etcdContradictions(has: (name: keyof SettingValues) => boolean): readonly string[] {
  const reasons: string[] = [];
  if (has('etcdCert') !== has('etcdKey')) {
    reasons.push(
      '--etcd-cert and --etcd-key (ETCD_CERT_FILE, ETCD_KEY_FILE) go together: one of them is missing',
    );
  }
  const hasPassword = has('etcdPassword') || has('etcdPasswordFile');
  if (hasPassword !== has('etcdUsername')) {
    reasons.push(
      '--etcd-username and a password (ETCD_PASSWORD, --etcd-password-file) go together: one of them is missing',
    );
  }
  return reasons;
}

function complete(values: SettingValues): Settings {
  const etcd = values.datastoreType === 'etcdv2' ? 'etcd2' : 'etcd3';
  const datastore = values.datastore ?? (values.file === undefined ? etcd : 'file');
  const { etcdAuthority, etcdScheme, customFilters } = values;
  return {
    ...values,
    datastore,
    etcdEndpoints:
      values.etcdEndpoints ?? etcdAuthority.map((authority) => `${etcdScheme}://${authority}`),
    node: values.node ?? hostname(),
    stateDir: values.stateDir ?? join(values.outputDir, '.birdkeeper'),
    acceptsCustomFilters:
      customFilters === 'on' || (customFilters === 'auto' && datastore === 'file'),
  };
}

function isRecord(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function recordOf(content: unknown): Readonly<Record<string, unknown>> {
  return isRecord(content) ? { ...content } : {};
}
