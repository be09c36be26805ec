/** The pod of a Kubernetes manifest, run by podman: what of a pod's specification our manifests use. */
import { chmod, chown, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Container, type ContainerOptions } from './container.js';
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
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}

/** What is used of a pod's specification. */
export interface PodSpec {
  readonly securityContext: { readonly fsGroup: number };
  readonly initContainers?: readonly ContainerSpec[];
  readonly containers: readonly ContainerSpec[];
  readonly volumes: readonly { readonly name: string; readonly hostPath?: object }[];
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

/** Starts the containers of a pod, after its init containers have ended; the caller disposes of them. */
export async function startPod(spec: PodSpec, place: PodPlace): Promise<readonly PodContainer[]> {
  await preparePod(spec, place);
  const started: PodContainer[] = [];
  for (const containerSpec of spec.containers) {
    const container = await Container.start(containerOf(containerSpec, place));
    started.push({ spec: containerSpec, container });
  }
  return started;
}

/** What comes before the containers of a pod: its volumes, and its init containers to their end. */
export async function preparePod(spec: PodSpec, place: PodPlace): Promise<void> {
  for (const volume of spec.volumes) {
    await makeVolume(volume, spec, place);
  }
  for (const initSpec of spec.initContainers ?? []) {
    const container = await Container.start(containerOf(initSpec, place));
    const status = await container.exitStatus();
    const said = await container.logs();
    await container.dispose();
    if (status !== 0) {
      throw new Error(`the init container ${initSpec.name} ended with ${status}: ${said}`);
    }
  }
}

/** Makes a volume's folder as the kubelet does; one of the host stays for the next pod. */
async function makeVolume(
  { name, hostPath }: PodSpec['volumes'][number],
  { securityContext }: PodSpec,
  { dir }: PodPlace,
): Promise<void> {
  const folder = join(dir, name);
  if (hostPath !== undefined) {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    return;
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await chown(folder, 0, securityContext.fsGroup);
  await chmod(folder, 0o2777);
}

/** What podman is to run for a container of a pod. */
export function containerOf(spec: ContainerSpec, place: PodPlace): ContainerOptions {
  const { image, namespace } = place;
  return { image, namespace, options: optionsOf(spec, place), args: spec.args };
}

/** Asks as a kubelet would. @throws when the answer is no */
export async function probe({ spec, container }: PodContainer, place: PodPlace): Promise<void> {
  for (const { exec, httpGet } of [spec.livenessProbe ?? {}, spec.readinessProbe ?? {}]) {
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
