import { exitCode, UserError } from '@pipeline/runtime';
import type { KafkaSettings } from '../../settings.ts';
import type { BearerToken } from './bearer-token.ts';
import { permanentLoginError } from './login-error.ts';

/** The names of MSK's brokers, provisioned and serverless, end with their region. */
const mskBroker = /\.kafka(?:-serverless)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?:\d+$/;

/**
 * The AWS region of an MSK cluster: that of its brokers' names, or else AWS_REGION.
 * @throws UserError if neither gives it
 */
export function mskRegionOf({ KAFKA_BROKERS, AWS_REGION }: KafkaSettings): string {
  const [named] = KAFKA_BROKERS.flatMap((broker) => mskBroker.exec(broker)?.[1] ?? []);
  const region = named ?? AWS_REGION;
  if (region !== undefined) return region;
  throw new UserError(
    'KAFKA_SASL_MECHANISM=aws-msk-iam: KAFKA_BROKERS does not contain the region of the cluster',
    'set AWS_REGION',
    exitCode.usage,
  );
}

/**
 * Signs a token with the credentials of AWS's provider chain. It is valid for 15 minutes, or as long as they are.
 * @throws an error of kafkajs with a UserError as its cause
 */
export async function signMskToken(region: string): Promise<BearerToken> {
  const { generateAuthToken } = await loadSigner();
  try {
    const { token, expiryTime } = await generateAuthToken({ region });
    return { value: token, lifetimeMs: Math.max(0, expiryTime - Date.now()) };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw permanentLoginError(
      `KAFKA_SASL_MECHANISM=aws-msk-iam: no AWS credentials: ${reason}`,
      "provide them as for AWS's command line: by environment, profile, or role of the machine or pod",
    );
  }
}

/** It is large, and other mechanisms do without it. */
async function loadSigner() {
  try {
    return await import('aws-msk-iam-sasl-signer-js');
  } catch {
    throw permanentLoginError(
      'KAFKA_SASL_MECHANISM=aws-msk-iam needs the package aws-msk-iam-sasl-signer-js',
      'install it next to @pipeline/kafka',
    );
  }
}
