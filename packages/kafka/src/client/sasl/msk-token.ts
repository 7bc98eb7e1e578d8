import { DeadlineError, exitCode, UserError, withDeadline } from '@pipeline/runtime';
import type { KafkaSettings } from '../../settings.ts';
import type { BearerToken } from './bearer-token.ts';
import { permanentLoginError, transientLoginError } from './login-error.ts';

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

/** Less than a session timeout; AWS's clients have none of their own. */
const TIMEOUT_MS = 5_000;

/**
 * Signs a token with the credentials of AWS's provider chain. It is valid for 15 minutes, or as long as they are.
 * @param timeoutMs how long the chain may take; defaults to 5,000 ms
 * @throws an error of kafkajs: transient after the timeout, otherwise with a UserError as its cause
 */
export async function signMskToken(region: string, timeoutMs = TIMEOUT_MS): Promise<BearerToken> {
  const { generateAuthToken } = await loadSigner();
  try {
    const signed = generateAuthToken({ region });
    const { token, expiryTime } = await withDeadline(signed, timeoutMs, 'a token with AWS credentials');
    return { value: token, lifetimeMs: Math.max(0, expiryTime - Date.now()) };
  } catch (error) {
    if (error instanceof DeadlineError)
      throw transientLoginError(`KAFKA_SASL_MECHANISM=aws-msk-iam: ${error.message}`);
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
