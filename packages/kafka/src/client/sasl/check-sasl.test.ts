import { exitCode, readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { kafkaSettings } from '../../settings.ts';
import { checkSasl } from './check-sasl.ts';

type Variables = Readonly<Record<string, string>>;
const check = (variables: Variables) => checkSasl(readSettings(kafkaSettings, variables));

const password = { KAFKA_SASL_USERNAME: 'app', KAFKA_SASL_PASSWORD: 'hunter2' };
const client = {
  KAFKA_OAUTH_TOKEN_ENDPOINT: 'https://issuer.example/token',
  KAFKA_OAUTH_CLIENT_ID: 'app',
  KAFKA_OAUTH_CLIENT_SECRET: 'hunter2',
};
const scope = { KAFKA_OAUTH_SCOPE: 'kafka' };
const file = { KAFKA_OAUTH_TOKEN_FILE: '/run/secrets/token' };
const extensions = { KAFKA_OAUTH_EXTENSIONS: 'logicalCluster=lkc-1' };
const oauth = { KAFKA_SASL_MECHANISM: 'oauthbearer' };
const msk = { KAFKA_SASL_MECHANISM: 'aws-msk-iam' };

test.each<Variables>([
  {},
  { KAFKA_SASL_MECHANISM: 'plain', ...password },
  { ...oauth, ...client },
  { ...oauth, ...client, ...scope, ...extensions },
  { ...oauth, ...file, ...extensions },
  msk,
  { AWS_REGION: 'eu-central-1' },
])('%j are complete settings of a login', (variables) => {
  check(variables);
});

test.each<readonly [Variables, string, string]>([
  [
    oauth,
    'KAFKA_SASL_MECHANISM=oauthbearer lacks KAFKA_OAUTH_TOKEN_ENDPOINT, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET',
    'set KAFKA_OAUTH_TOKEN_ENDPOINT, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET; or set only KAFKA_OAUTH_TOKEN_FILE',
  ],
  [
    { ...oauth, ...password, KAFKA_OAUTH_CLIENT_ID: 'app' },
    'KAFKA_SASL_MECHANISM=oauthbearer lacks KAFKA_OAUTH_TOKEN_ENDPOINT and KAFKA_OAUTH_CLIENT_SECRET, and ignores KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD',
    'set KAFKA_OAUTH_TOKEN_ENDPOINT and KAFKA_OAUTH_CLIENT_SECRET, and unset KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD; or set only KAFKA_OAUTH_TOKEN_FILE',
  ],
  [
    { ...oauth, ...file, ...scope },
    'KAFKA_SASL_MECHANISM=oauthbearer with KAFKA_OAUTH_TOKEN_FILE ignores KAFKA_OAUTH_SCOPE',
    'unset KAFKA_OAUTH_SCOPE',
  ],
  [
    { KAFKA_SASL_MECHANISM: 'plain', KAFKA_SASL_USERNAME: 'app', ...scope },
    'KAFKA_SASL_MECHANISM=plain lacks KAFKA_SASL_PASSWORD, and ignores KAFKA_OAUTH_SCOPE',
    'set KAFKA_SASL_PASSWORD, and unset KAFKA_OAUTH_SCOPE',
  ],
  [
    { ...msk, KAFKA_SASL_PASSWORD: 'hunter2' },
    'KAFKA_SASL_MECHANISM=aws-msk-iam ignores KAFKA_SASL_PASSWORD',
    'unset KAFKA_SASL_PASSWORD',
  ],
  [
    client,
    'a Kafka client without KAFKA_SASL_MECHANISM ignores KAFKA_OAUTH_TOKEN_ENDPOINT, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET',
    'unset KAFKA_OAUTH_TOKEN_ENDPOINT, KAFKA_OAUTH_CLIENT_ID and KAFKA_OAUTH_CLIENT_SECRET, or set KAFKA_SASL_MECHANISM',
  ],
])('%j are refused with all that is missing or ignored', (variables, message, remedy) => {
  expect(() => check(variables)).toThrow(expect.objectContaining({ message, remedy, code: exitCode.usage }));
});
