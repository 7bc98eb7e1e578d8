import type { Logger } from '@pipeline/runtime';
import type { KafkaConfig, SASLOptions } from 'kafkajs';
import type { KafkaSettings } from '../../settings.ts';
import { checkSasl } from './check-sasl.ts';
import { mskRegionOf, signMskToken } from './msk-token.ts';
import { oauthBearer } from './oauthbearer.ts';
import { requestToken } from './request-token.ts';
import { tokenFile } from './token-file.ts';
import { RenewedToken, type TokenSource } from './token-source.ts';

/**
 * How a client logs in.
 * @param logger gets warnings about tokens that cannot be renewed
 * @throws UserError if settings are missing or would be ignored, if a token file has no token, or if the region
 * of an MSK cluster is unknown
 */
export function saslConfig(settings: KafkaSettings, logger: Logger): Pick<KafkaConfig, 'sasl'> {
  checkSasl(settings);
  const {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  } = settings;
  if (mechanism === undefined) return {};
  if (mechanism === 'oauthbearer' || mechanism === 'aws-msk-iam')
    return { sasl: oauthBearer(sharedSource(settings, logger), settings.KAFKA_OAUTH_EXTENSIONS) };
  return { sasl: { mechanism, username, password } as SASLOptions };
}

/** All clients with the same settings share a token, so that one that replaces another needs no new one. */
const sources = new WeakMap<KafkaSettings, TokenSource>();

function sharedSource(settings: KafkaSettings, logger: Logger): TokenSource {
  const source = sources.get(settings) ?? createSource(settings, logger);
  sources.set(settings, source);
  return source;
}

function createSource(settings: KafkaSettings, logger: Logger): TokenSource {
  if (settings.KAFKA_SASL_MECHANISM === 'aws-msk-iam') return mskTokens(settings, logger);
  if (settings.KAFKA_OAUTH_TOKEN_FILE !== undefined) return tokenFile(settings.KAFKA_OAUTH_TOKEN_FILE);
  return clientTokens(settings, logger);
}

function mskTokens(settings: KafkaSettings, logger: Logger): TokenSource {
  const region = mskRegionOf(settings);
  const remedy = `allow this AWS identity kafka-cluster:Connect on the cluster in ${region}, or check its credentials`;
  return new RenewedToken(() => signMskToken(region), remedy, logger);
}

function clientTokens(settings: KafkaSettings, logger: Logger): TokenSource {
  const {
    KAFKA_OAUTH_TOKEN_ENDPOINT: endpoint = '',
    KAFKA_OAUTH_CLIENT_ID: id = '',
    KAFKA_OAUTH_CLIENT_SECRET: secret = '',
    KAFKA_OAUTH_SCOPE: scope,
  } = settings;
  const remedy =
    'check KAFKA_OAUTH_TOKEN_ENDPOINT and KAFKA_OAUTH_SCOPE, and the issuer and audience that the brokers expect';
  return new RenewedToken(() => requestToken({ endpoint, id, secret, scope }), remedy, logger);
}
