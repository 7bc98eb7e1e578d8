import type { BundledPackage } from './packages.ts';

/** What an executable consists of. */
export interface Contents {
  readonly app: BundledPackage;
  readonly commit: string;
  /** All but the app itself. */
  readonly packages: readonly BundledPackage[];
  /** Node and what is built into it, as `process.versions` says. */
  readonly runtime: Readonly<Record<string, string | undefined>>;
}

/**
 * The bill of materials of an executable in CycloneDX's JSON (https://cyclonedx.org/docs/1.6/json/). It tells no time: the
 * same contents give the same bytes.
 */
export function writeSbom({ app, commit, packages, runtime }: Contents): string {
  const components = [...packages.map(libraryOf), ...runtimeOf(runtime)];
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        ...libraryOf(app),
        type: 'application',
        properties: [{ name: 'commit', value: commit }],
      },
    },
    components,
    dependencies: [{ ref: referenceOf(app), dependsOn: components.map((one) => one['bom-ref']) }],
  };
  return `${JSON.stringify(bill, null, 2)}\n`;
}

function libraryOf(found: BundledPackage) {
  const reference = referenceOf(found);
  return {
    type: 'library',
    'bom-ref': reference,
    name: found.name,
    version: found.version,
    licenses: [{ expression: found.license }],
    purl: reference,
  };
}

/** https://github.com/package-url/purl-spec: of a scope's @ only the sign itself is encoded. */
function referenceOf({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Numbers of interfaces, not of something built in. */
const interfaces = ['modules', 'napi'];

/** Node as scanners know it, and what it brings along. */
function runtimeOf(versions: Contents['runtime']) {
  const parts = Object.entries(versions).filter(([name]) => !interfaces.includes(name));
  return parts.sort().map(([name, version = '']) => ({
    type: name === 'node' ? 'platform' : 'library',
    'bom-ref': `pkg:generic/${name}@${version}`,
    name,
    version,
    purl: `pkg:generic/${name}@${version}`,
    ...(name === 'node' ? { cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*` } : {}),
  }));
}
