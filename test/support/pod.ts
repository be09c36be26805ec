/** The pod of a Kubernetes manifest, run by podman: what of a pod's specification our manifests use. */
import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Container } from './container.js';
import type { Namespace } from './netns.js';

/** How a kubelet asks for a container's health. */
export interface Probe {
  readonly exec?: { readonly command: readonly string[] };
  readonly httpGet?: { readonly host: string; readonly port: number; readonly path: string };
}

interface Variable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: {
    readonly fieldRef?: { readonly fieldPath: string };
    readonly configMapKeyRef?: { readonly key: string; readonly optional?: boolean };
  };
}

interface ContainerSpec {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly Variable[];
  readonly securityContext: {
    readonly runAsUser: number;
    readonly runAsGroup?: number;
    readonly allowPrivilegeEscalation: boolean;
    readonly readOnlyRootFilesystem: boolean;
    readonly capabilities: { readonly drop: readonly string[]; readonly add?: readonly string[] };
  };
  readonly volumeMounts: readonly { readonly name: string; readonly mountPath: string }[];
  readonly livenessProbe: Probe;
  readonly readinessProbe?: Probe;
  readonly lifecycle?: { readonly preStop: { readonly exec: { readonly command: string[] } } };
}

/** What is used of a pod's specification. */
export interface PodSpec {
  readonly securityContext: { readonly fsGroup: number };
  readonly containers: readonly ContainerSpec[];
  readonly volumes: readonly { readonly name: string }[];
}

/** Where a pod runs, and what the cluster knows. */
export interface PodPlace {
  readonly image: string;
  readonly namespace: Namespace;
  /** For the pod's volumes. */
  readonly dir: string;
  /** By path: `spec.nodeName`. */
  readonly fields: Readonly<Record<string, string>>;
  readonly configMap: Readonly<Record<string, string>>;
}

/** One running container of a pod. */
export interface PodContainer {
  readonly spec: ContainerSpec;
  readonly container: Container;
}

/** Starts the containers of a pod; the caller disposes of them. */
export async function startPod(spec: PodSpec, place: PodPlace): Promise<readonly PodContainer[]> {
  for (const { name } of spec.volumes) {
    // As the kubelet makes an emptyDir.
    await mkdir(join(place.dir, name), { recursive: true });
    await chown(join(place.dir, name), 0, spec.securityContext.fsGroup);
    await chmod(join(place.dir, name), 0o2777);
  }
  const started: PodContainer[] = [];
  for (const containerSpec of spec.containers) {
    const { image, namespace } = place;
    const options = optionsOf(containerSpec, place);
    const args = containerSpec.args;
    started.push({
      spec: containerSpec,
      container: await Container.start({ image, namespace, options, args }),
    });
  }
  return started;
}

/** Asks as a kubelet would. @throws when the answer is no */
export async function probe({ spec, container }: PodContainer, place: PodPlace): Promise<void> {
  for (const { exec, httpGet } of [spec.livenessProbe, spec.readinessProbe ?? {}]) {
    if (exec !== undefined) {
      await container.exec(...exec.command);
    }
    if (httpGet === undefined) {
      continue;
    }
    const url = `http://${httpGet.host}:${httpGet.port}${httpGet.path}`;
    const script = `fetch('${url}').then((r) => process.exit(r.ok ? 0 : 1))`;
    await place.namespace.exec(process.execPath, ['-e', script]);
  }
}

function optionsOf(spec: ContainerSpec, place: PodPlace): readonly string[] {
  const { securityContext: context, volumeMounts, env = [] } = spec;
  const { runAsUser, runAsGroup = 0, capabilities } = context;
  const variables = env.map((variable) => [variable.name, resolved(variable, place)] as const);
  return [
    ...['--user', `${runAsUser}:${runAsGroup}`],
    ...(context.readOnlyRootFilesystem ? ['--read-only', '--read-only-tmpfs=false'] : []),
    ...(context.allowPrivilegeEscalation ? [] : ['--security-opt', 'no-new-privileges']),
    ...capabilities.drop.flatMap((right) => ['--cap-drop', right]),
    ...(capabilities.add ?? []).flatMap((right) => ['--cap-add', right]),
    ...volumeMounts.flatMap((m) => ['-v', `${join(place.dir, m.name)}:${m.mountPath}`]),
    ...variables.flatMap(([name, value]) =>
      value === undefined ? [] : ['-e', `${name}=${value}`],
    ),
  ];
}

function resolved({ name, value, valueFrom }: Variable, place: PodPlace): string | undefined {
  const { fieldRef, configMapKeyRef } = valueFrom ?? {};
  const found =
    value ?? place.fields[fieldRef?.fieldPath ?? ''] ?? place.configMap[configMapKeyRef?.key ?? ''];
  if (found === undefined && !configMapKeyRef?.optional) {
    throw new Error(`no value for ${name}`);
  }
  return found;
}
