/**
 * Every setting, declared once. Options beat the environment, the environment beats the config file, that beats defaults.
 */

import { CALICO_SETTINGS } from './calico-settings.js';
import { PACE_SETTINGS } from './pace-settings.js';
import * as parse from './parsers.js';
import type { Setting } from './setting.js';
import { SOURCE_SETTINGS } from './source-settings.js';

/** Timers of Node take less than 2^31 ms. */
const MAX_WATCHDOG_USEC = 2 ** 31 * 1000;

/** All settings by the name that the program knows them by. */
export const SETTINGS = {
  datastore: {
    flag: 'datastore',
    environment: ['BIRDKEEPER_DATASTORE'],
    placeholder: 'etcd3|etcd2|file',
    help: 'where the desired state lives',
    fallbackHelp: 'file when --file is given, else by DATASTORE_TYPE, else etcd3',
    parse: parse.oneOf('etcd3', 'etcd2', 'file'),
  },
  file: {
    flag: 'file',
    environment: ['BIRDKEEPER_FILE'],
    placeholder: 'PATH',
    help: 'YAML file with keys and values, for the file datastore',
    parse: parse.text,
  },
  keys: {
    flag: 'keys',
    environment: ['BIRDKEEPER_KEYS'],
    placeholder: 'v1|v3|auto',
    help: 'what "bgp" commands change: keys of Calico 2, or resources of Calico 3; auto goes by what the datastore holds',
    fallback: 'auto',
    parse: parse.oneOf('v1', 'v3', 'auto'),
  },
  ...SOURCE_SETTINGS,
  etcdEndpoints: {
    flag: 'etcd-endpoints',
    environment: ['ETCD_ENDPOINTS'],
    placeholder: 'URL[,URL…]',
    help: 'members of etcd',
    fallbackHelp: 'ETCD_SCHEME://ETCD_AUTHORITY, else http://127.0.0.1:2379',
    parse: parse.endpoints,
  },
  etcdAuthority: {
    environment: ['ETCD_AUTHORITY'],
    placeholder: 'HOST:PORT[,…]',
    help: 'members of etcd, where ETCD_ENDPOINTS is not set',
    fallback: '127.0.0.1:2379',
    parse: parse.authority,
  },
  etcdScheme: {
    environment: ['ETCD_SCHEME'],
    placeholder: 'http|https',
    help: 'how to talk to ETCD_AUTHORITY',
    fallback: 'http',
    parse: parse.oneOf('http', 'https'),
  },
  etcdCa: {
    flag: 'etcd-ca',
    environment: ['ETCD_CA_CERT_FILE'],
    placeholder: 'FILE',
    help: 'certificates of the authorities that etcd may be signed by (PEM)',
    parse: parse.text,
  },
  etcdCert: {
    flag: 'etcd-cert',
    environment: ['ETCD_CERT_FILE'],
    placeholder: 'FILE',
    help: 'certificate to show to etcd (PEM)',
    parse: parse.text,
  },
  etcdKey: {
    flag: 'etcd-key',
    environment: ['ETCD_KEY_FILE'],
    placeholder: 'FILE',
    help: 'private key of that certificate (PEM)',
    parse: parse.text,
  },
  etcdUsername: {
    flag: 'etcd-username',
    environment: ['ETCD_USERNAME'],
    placeholder: 'NAME',
    help: 'user of etcd',
    parse: parse.text,
  },
  etcdPassword: {
    environment: ['ETCD_PASSWORD'],
    placeholder: 'PASSWORD',
    help: 'password of that user; there is no option for it, since command lines are public',
    parse: parse.secret,
  },
  etcdPasswordFile: {
    flag: 'etcd-password-file',
    environment: ['ETCD_PASSWORD_FILE'],
    placeholder: 'FILE',
    help: 'file that holds the password, read again for each connection',
    parse: parse.text,
  },
  node: {
    flag: 'node',
    environment: ['NODENAME', 'HOSTNAME'],
    placeholder: 'NAME',
    help: 'name of this node in the datastore',
    fallbackHelp: "the host's name",
    parse: parse.nodeName,
  },
  role: {
    flag: 'role',
    environment: ['BIRDKEEPER_ROLE'],
    placeholder: 'node|reflector',
    help: 'what this host is: a Calico node, or a route reflector outside of the nodes',
    fallback: 'node',
    parse: parse.oneOf('node', 'reflector'),
  },
  ip: {
    flag: 'ip',
    environment: ['IP'],
    placeholder: 'ADDRESS',
    help: 'IPv4 address of a reflector; for a node only where the datastore has none. autodetect and none count as not set, and a length is left out, as calico/node has it',
    parse: parse.ipv4,
  },
  ip6: {
    flag: 'ip6',
    environment: ['IP6'],
    placeholder: 'ADDRESS',
    help: 'IPv6 address, the same way',
    parse: parse.ipv6,
  },
  routerId: {
    flag: 'router-id',
    environment: ['CALICO_ROUTER_ID'],
    placeholder: 'ADDRESS|hash',
    help: 'BGP identifier; hash makes one of the name',
    fallbackHelp: 'the IPv4 address, or hash without one',
    parse: parse.routerId,
  },
  ...CALICO_SETTINGS,
  outputDir: {
    flag: 'output-dir',
    environment: ['BIRDKEEPER_OUTPUT_DIR'],
    placeholder: 'DIR',
    help: 'where bird.cfg and its includes are',
    fallback: '/etc/birdkeeper/config',
    parse: parse.text,
  },
  stateDir: {
    flag: 'state-dir',
    environment: ['BIRDKEEPER_STATE_DIR'],
    placeholder: 'DIR',
    help: 'where generations and what is known of BIRD are kept',
    fallbackHelp: '.birdkeeper in the output directory',
    parse: parse.text,
  },
  templates: {
    flag: 'templates',
    environment: ['BIRDKEEPER_TEMPLATES'],
    placeholder: 'DIR',
    help: 'templates of your own; each replaces the built-in one of the same name',
    parse: parse.text,
  },
  dialect: {
    flag: 'dialect',
    environment: ['BIRDKEEPER_DIALECT'],
    placeholder: 'auto|bird1|bird2|bird3|calico',
    help: "configuration language of BIRD; auto goes by BIRD's version",
    fallback: 'auto',
    parse: parse.oneOf('auto', 'bird1', 'bird2', 'bird3', 'calico'),
  },
  bird: {
    flag: 'bird',
    environment: ['BIRDKEEPER_BIRD'],
    placeholder: 'PATH',
    help: 'BIRD, to check configurations with',
    fallback: 'bird',
    parse: parse.text,
  },
  birdc: {
    flag: 'birdc',
    environment: ['BIRDKEEPER_BIRDC'],
    placeholder: 'PATH',
    help: "BIRD's client",
    fallback: 'birdc',
    parse: parse.text,
  },
  birdSocket: {
    flag: 'bird-socket',
    environment: ['BIRDKEEPER_BIRD_SOCKET'],
    placeholder: 'PATH',
    help: "BIRD's control socket",
    fallback: '/run/bird/bird.ctl',
    parse: parse.text,
  },
  bird6: {
    flag: 'bird6',
    environment: ['BIRDKEEPER_BIRD6'],
    placeholder: 'PATH',
    help: 'the IPv6 BIRD of line 1.x',
    fallback: 'bird6',
    parse: parse.text,
  },
  birdc6: {
    flag: 'birdc6',
    environment: ['BIRDKEEPER_BIRDC6'],
    placeholder: 'PATH',
    help: 'its client',
    fallback: 'birdc6',
    parse: parse.text,
  },
  bird6Socket: {
    flag: 'bird6-socket',
    environment: ['BIRDKEEPER_BIRD6_SOCKET'],
    placeholder: 'PATH',
    help: 'its control socket',
    fallback: '/run/bird/bird6.ctl',
    parse: parse.text,
  },
  customFilters: {
    flag: 'custom-filters',
    environment: ['BIRDKEEPER_CUSTOM_FILTERS'],
    placeholder: 'on|off|auto',
    help: 'take in raw BIRD statements of the datastore; auto does with the file datastore, which is as private as a template',
    fallback: 'auto',
    parse: parse.oneOf('on', 'off', 'auto'),
  },
  listen: {
    flag: 'listen',
    environment: ['BIRDKEEPER_LISTEN'],
    placeholder: 'ADDRESS:PORT|off',
    help: 'where health, metrics and status are served',
    fallback: '127.0.0.1:9470',
    parse: parse.listen,
  },
  logLevel: {
    flag: 'log-level',
    environment: ['BIRDKEEPER_LOG_LEVEL'],
    placeholder: 'LEVEL',
    help: 'trace, debug, info, warn, error, fatal or silent',
    fallback: 'info',
    parse: parse.oneOf('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'),
  },
  logFormat: {
    flag: 'log-format',
    environment: ['BIRDKEEPER_LOG_FORMAT'],
    placeholder: 'json|pretty',
    help: 'how log lines look',
    fallbackHelp: 'pretty on a terminal, else json',
    parse: parse.oneOf('json', 'pretty'),
  },
  ...PACE_SETTINGS,
  config: {
    flag: 'config',
    environment: ['BIRDKEEPER_CONFIG'],
    placeholder: 'FILE',
    help: 'YAML file with settings, named as the options are',
    parse: parse.text,
  },
  notifySocket: {
    environment: ['NOTIFY_SOCKET'],
    placeholder: 'PATH',
    help: 'set by systemd: where READY, STATUS and WATCHDOG go',
    parse: parse.text,
  },
  watchdogUsec: {
    environment: ['WATCHDOG_USEC'],
    placeholder: 'MICROSECONDS',
    help: 'set by systemd: how often it wants a sign of life',
    parse: parse.integer(1, MAX_WATCHDOG_USEC),
  },
} as const satisfies Record<string, Setting<unknown>>;

/** A setting by the name that the program knows it by. */
export type SettingName = keyof typeof SETTINGS;

/** What a command needs that reads or writes the datastore and does nothing about this host. */
export const DATASTORE_SETTINGS: readonly SettingName[] = [
  'datastore',
  'file',
  'keys',
  'etcdEndpoints',
  'etcdAuthority',
  'etcdScheme',
  'etcdCa',
  'etcdCert',
  'etcdKey',
  'etcdUsername',
  'etcdPassword',
  'etcdPasswordFile',
  'datastoreType',
  'etcdDiscoverySrv',
  'config',
];

type Table = typeof SETTINGS;
type ValueOf<S> = S extends Setting<infer T> ? T : never;

/** The values of all settings. One without a default is absent when nobody set it. */
export type SettingValues = {
  readonly [K in keyof Table as Table[K] extends { readonly fallback: string }
    ? K
    : never]: ValueOf<Table[K]>;
} & {
  readonly [K in keyof Table as Table[K] extends { readonly fallback: string }
    ? never
    : K]?: ValueOf<Table[K]>;
};
