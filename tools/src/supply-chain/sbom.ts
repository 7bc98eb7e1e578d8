import { originOf } from './origin.ts';
import type { BundledPackage } from './packages.ts';

/** Contents of an executable. */
export interface Contents {
  readonly app: BundledPackage;
  readonly commit: string;
  /** Without the app itself. */
  readonly packages: readonly BundledPackage[];
  /** Node and its built-in libraries, from `process.versions`. */
  readonly runtime: Readonly<Record<string, string | undefined>>;
}

/**
 * The SBOM of an executable in CycloneDX JSON (https://cyclonedx.org/docs/1.6/json/), without a timestamp, so
 * that the same contents give the same bytes.
 */
export function writeSbom({ app, commit, packages, runtime }: Contents): string {
  const components = [...packages.map(libraryOf), ...runtimeOf(runtime)];
  const sbom = {
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
  return `${JSON.stringify(sbom, null, 2)}\n`;
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
    ...originOf(found),
  };
}

/** A package URL, in which the @ of a scope is encoded: https://github.com/package-url/purl-spec */
function referenceOf({ name, version }: BundledPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** Versions of interfaces, not of libraries. */
const interfaces = ['modules', 'napi'];

/** Node, with the CPE that scanners look up, and its built-in libraries. */
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
