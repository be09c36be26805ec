/** Settings of what is read beside the datastore. */

import * as parse from './parsers.js';
import type { Setting } from './setting.js';

/** See the head of this file. */
export const SOURCE_SETTINGS = {
  secretsDir: {
    flag: 'secrets-dir',
    environment: ['BIRDKEEPER_SECRETS_DIR'],
    placeholder: 'DIR',
    help: 'folder of Kubernetes Secrets with passwords of BGP, as NAME/KEY or NAMESPACE/NAME/KEY; followed',
    parse: parse.text,
  },
  secretsNamespace: {
    flag: 'secrets-namespace',
    environment: ['NAMESPACE'],
    placeholder: 'NAME',
    help: 'namespace of these secrets',
    fallback: 'kube-system',
    parse: parse.nodeName,
  },
  endpointStatusPrefix: {
    flag: 'endpoint-status-prefix',
    environment: ['CALICO_ENDPOINT_STATUS_PATH_PREFIX'],
    placeholder: 'DIR',
    help: "where Felix's folder endpoint-status is, which names the workloads that peer with this host (in calico/node /var/run/calico); followed when set",
    parse: parse.text,
  },
  servicesFile: {
    flag: 'services-file',
    environment: ['BIRDKEEPER_SERVICES_FILE'],
    placeholder: 'FILE',
    help: 'Services and EndpointSlices of Kubernetes, as kubectl prints them in JSON or YAML; followed',
    parse: parse.text,
  },
} as const satisfies Record<string, Setting<unknown>>;
