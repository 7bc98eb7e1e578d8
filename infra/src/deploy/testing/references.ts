import { type Manifest, type PodSpec, templateOf } from './manifests.ts';

/** The label that distinguishes the releases of one namespace. */
const INSTANCE = 'app.kubernetes.io/instance';

type Labels = Readonly<Record<string, string>>;

/** The release that an object belongs to. */
export function releaseOf({ metadata }: Manifest): string | undefined {
  return metadata.labels?.[INSTANCE];
}

/** A name that is unique within a namespace, such as `Deployment orders-consumer`. */
export function idOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

/** The ids of the objects that an object refers to by name. */
export function referencesOf(manifest: Manifest): readonly string[] {
  const { kind, spec } = manifest;
  if (kind === 'ScaledObject') {
    const { kind: target, name } = spec.scaleTargetRef;
    const logins = spec.triggers.map(
      (trigger: Trigger) => `TriggerAuthentication ${trigger.authenticationRef.name}`,
    );
    return [`${target} ${name}`, ...logins];
  }
  if (kind === 'TriggerAuthentication')
    return spec.secretTargetRef.map(({ name }: Named) => `Secret ${name}`);
  if (kind === 'Ingress') return [`Service ${spec.rules[0].http.paths[0].backend.service.name}`];
  const governing = kind === 'StatefulSet' ? [`Service ${spec.serviceName}`] : [];
  const pod = templateOf(manifest)?.spec;
  return pod === undefined ? [] : [...governing, ...referencesOfPod(pod)];
}

interface Named {
  readonly name: string;
}

interface Trigger {
  readonly authenticationRef: Named;
}

function referencesOfPod({ serviceAccountName, containers, volumes }: PodSpec): readonly string[] {
  const mounted = volumes.flatMap(({ secret, configMap, persistentVolumeClaim: claim }) => [
    ...(secret ? [`Secret ${secret.secretName}`] : []),
    ...(configMap ? [`ConfigMap ${configMap.name}`] : []),
    ...(claim ? [`PersistentVolumeClaim ${claim.claimName}`] : []),
  ]);
  const account = serviceAccountName === undefined ? [] : [`ServiceAccount ${serviceAccountName}`];
  return [...account, ...mounted, ...containers.flatMap(hostsOf).map((host) => `Service ${host}`)];
}

/** The Services that a container connects to or accepts as a host. */
function hostsOf({ env = [], args = [] }: PodSpec['containers'][number]): readonly string[] {
  const allowed = env.filter(({ name }) => name === 'STATS_ALLOWED_HOSTS').map(({ value = '' }) => value);
  const upstreams = args.map((arg) => /^--upstream=http:\/\/([^:]+)/.exec(arg)?.[1] ?? '');
  return [...allowed.flatMap((hosts) => hosts.split(',')), ...upstreams].filter(
    (host) => host !== '' && !host.includes('.'),
  );
}

interface Selector {
  readonly matchLabels?: Labels;
  readonly matchExpressions?: readonly { readonly key: string; readonly values: readonly string[] }[];
}

/** The label selectors of an object. */
export function selectorsOf({ kind, spec }: Manifest): readonly Selector[] {
  if (kind === 'Service') return [{ matchLabels: spec.selector }];
  const spread: readonly { readonly labelSelector: Selector }[] =
    spec?.template?.spec?.topologySpreadConstraints ?? [];
  const selectors = [spec?.selector, spec?.podSelector, ...spread.map(({ labelSelector }) => labelSelector)];
  return selectors.filter((selector) => selector !== undefined);
}

/** The objects whose pods an object selects. */
export function selectedBy(manifest: Manifest, all: readonly Manifest[]): readonly Manifest[] {
  const selectors = selectorsOf(manifest);
  return all.filter((one) => {
    const labels = templateOf(one)?.metadata.labels;
    return labels !== undefined && selectors.some((selector) => matches(labels, selector));
  });
}

function matches(labels: Labels, { matchLabels = {}, matchExpressions = [] }: Selector): boolean {
  return (
    Object.entries(matchLabels).every(([name, value]) => labels[name] === value) &&
    matchExpressions.every(({ key, values }) => values.includes(labels[key] ?? ''))
  );
}
