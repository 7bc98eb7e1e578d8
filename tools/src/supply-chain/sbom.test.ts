import { Spec, Validation } from '@cyclonedx/cyclonedx-library';
import { expect, test } from 'vitest';
import { writeSbom } from './sbom.ts';

const app = { name: 'consumer', version: '0.1.0', license: 'MIT' };
const kafkajs = { name: 'kafkajs', version: '2.2.4', license: 'MIT' };
const pino = { name: 'pino', version: '10.4.0', license: 'MIT' };

/** Checks the SBOM of an executable with these packages; null if it is valid. */
function validate(packages: readonly (typeof app)[]): Promise<unknown> {
  const sbom = writeSbom({ app, commit: '0123456789ab', packages, runtime: process.versions });
  return new Validation.JsonStrictValidator(Spec.Version.v1dot6).validate(sbom);
}

test('an SBOM is valid by the schema of CycloneDX', async () => {
  expect(await validate([kafkajs, pino])).toBe(null);
  expect(await validate([pino, pino])).not.toBe(null);
});
