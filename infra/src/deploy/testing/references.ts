import type { Manifest, PodSpec } from './manifests.ts';

/** The label that distinguishes the pipelines of one namespace. */
const INSTANCE = 'app.kubernetes.io/instance';

type Labels = Readonly<Record<string, string>>;

/** The pipeline that an object belongs to. */
export function pipelineOf({ metadata }: Manifest): string | undefined {
  return metadata.labels?.[INSTANCE];
}

/** A name that is unique within a namespace, such as `Deployment orders-consumer`. */
export function idOf({ kind, metadata }: Manifest): string {
  return `${kind} ${metadata.name}`;
}

/** The ids of the objects that an object refers to by name. */
export function referencesOf({ kind, spec }: Manifest): readonly string[] {
  if (kind === 'ScaledObject') {
    const logins = spec.triggers.map(
      (trigger: Trigger) => `TriggerAuthentication ${trigger.authenticationRef.name}`,
    );
    return [`Deployment ${spec.scaleTargetRef.name}`, ...logins];
  }
  if (kind === 'TriggerAuthentication')
    return spec.secretTargetRef.map(({ name }: Named) => `Secret ${name}`);
  return spec?.template?.spec ? referencesOfPod(spec.template.spec) : [];
}

interface Named {
  readonly name: string;
}

interface Trigger {
  readonly authenticationRef: Named;
}

function referencesOfPod({ serviceAccountName, containers, volumes }: PodSpec): readonly string[] {
  const hosts = containers.flatMap(({ env = [] }) =>
    env.filter(({ name }) => name === 'STATS_ALLOWED_HOSTS'),
  );
  const mounted = volumes.map(({ secret, configMap }) =>
    secret ? `Secret ${secret.secretName}` : `ConfigMap ${configMap?.name}`,
  );
  return [
    `ServiceAccount ${serviceAccountName}`,
    ...mounted,
    ...containers.flatMap(({ envFrom }) =>
      envFrom.map(({ configMapRef }) => `ConfigMap ${configMapRef.name}`),
    ),
    ...hosts.map(({ value }) => `Service ${value}`),
  ];
}

/** The label selectors of an object. */
function selectorsOf({ kind, spec }: Manifest): readonly Labels[] {
  if (kind === 'Service') return [spec.selector];
  const spread: readonly { labelSelector: { matchLabels: Labels } }[] =
    spec?.template?.spec.topologySpreadConstraints ?? [];
  const selectors = [spec?.selector, spec?.podSelector, ...spread.map(({ labelSelector }) => labelSelector)];
  return selectors.filter((selector) => selector !== undefined).map(({ matchLabels }) => matchLabels);
}

/** The pipelines whose pods an object selects. */
export function selectedBy(manifest: Manifest, all: readonly Manifest[]): readonly (string | undefined)[] {
  const pods: readonly Labels[] = all.flatMap(({ spec }) => spec?.template?.metadata.labels ?? []);
  const selected = selectorsOf(manifest).flatMap((selector) => pods.filter((pod) => matches(pod, selector)));
  return [...new Set(selected.map((pod) => pod[INSTANCE]))];
}

function matches(labels: Labels, selector: Labels): boolean {
  return Object.entries(selector).every(([name, value]) => labels[name] === value);
}
