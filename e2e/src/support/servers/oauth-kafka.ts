import { findFreePort } from '@pipeline/servers';
import { startPrivateKafka, startTokenServer, type TokenClient, type TokenServer } from '@pipeline/testing';
import type { Environment } from '../programs/programs.ts';
import { createAuthority, createPemFolder, type PemFolder } from './certificates.ts';

/** A broker that accepts the tokens of a token server. */
export interface OauthKafka extends AsyncDisposable {
  /** `HOST:PORT` of the listener with OAUTHBEARER over TLS, and of one for the test itself. */
  readonly at: { readonly oauth: string; readonly plaintext: string };
  readonly tokens: TokenServer;
  /** Path of the CA that signed the broker's certificate. */
  readonly ca: string;
  /** Writes a file for a client; returns its path. */
  write(name: string, text: string): Promise<string>;
}

const issuer = 'https://issuer.example';
const audience = 'kafka';

/**
 * Starts both. The broker validates signatures with the key set, and issuer and audience.
 * @param clients of the token server, by their ids
 * @param sessionMs lifetime of a session; it also ends with its token
 */
export async function startOauthKafka(
  clients: Readonly<Record<string, TokenClient>>,
  sessionMs: number,
): Promise<OauthKafka> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createPemFolder());
  const tokens = stack.use(await startTokenServer({ clients, issuer, audience }));
  const keySet = `file://${await folder.write('keys.json', tokens.keySet)}`;
  const [plaintext, oauth, controller] = await Promise.all([findFreePort(), findFreePort(), findFreePort()]);
  const settings = {
    ...listenerSettings(plaintext, oauth, controller),
    ...oauthSettings(keySet, sessionMs),
    ...(await tlsSettings(folder)),
  };
  // Without it, Kafka 4 reads no key set.
  const systemProperties = { 'org.apache.kafka.sasl.oauthbearer.allowed.urls': keySet };
  const endpoint = { host: '127.0.0.1', port: plaintext };
  stack.use(await startPrivateKafka({ endpoint, settings, systemProperties }));
  const started = stack.move();
  return {
    at: { oauth: `127.0.0.1:${oauth}`, plaintext: `127.0.0.1:${plaintext}` },
    tokens,
    ca: settings['ssl.truststore.location'],
    write: (name, text) => folder.write(name, text),
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

function listenerSettings(plaintext: number, oauth: number, controller: number) {
  const advertised = `PLAINTEXT://127.0.0.1:${plaintext},OAUTH://127.0.0.1:${oauth}`;
  return {
    listeners: `${advertised},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': advertised,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,OAUTH:SASL_SSL,CONTROLLER:PLAINTEXT',
  };
}

function oauthSettings(keySet: string, sessionMs: number): Readonly<Record<string, string | number>> {
  const module = 'org.apache.kafka.common.security.oauthbearer';
  const [listener, mechanism] = ['listener.name.oauth.', 'listener.name.oauth.oauthbearer.'];
  return {
    [`${listener}sasl.enabled.mechanisms`]: 'OAUTHBEARER',
    [`${mechanism}sasl.server.callback.handler.class`]: `${module}.OAuthBearerValidatorCallbackHandler`,
    [`${mechanism}sasl.jaas.config`]: `${module}.OAuthBearerLoginModule required;`,
    [`${mechanism}connections.max.reauth.ms`]: sessionMs,
    [`${listener}sasl.oauthbearer.jwks.endpoint.url`]: keySet,
    [`${listener}sasl.oauthbearer.expected.issuer`]: issuer,
    [`${listener}sasl.oauthbearer.expected.audience`]: audience,
    // Clients and broker have the same clock; by default, expired tokens are accepted for 30 s.
    [`${listener}sasl.oauthbearer.clock.skew.seconds`]: 0,
  };
}

async function tlsSettings(folder: PemFolder) {
  const authority = await createAuthority('test CA');
  const { key, certificate } = await authority.issue('broker', { hosts: ['127.0.0.1'] });
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': await folder.write('broker.pem', key, certificate),
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': await folder.write('ca.pem', authority.certificate),
  };
}

/** Client settings for a login with client credentials. */
export function oauthCredentials({ tokens, ca }: OauthKafka, id: string, secret: string): Environment {
  return {
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA: ca,
    KAFKA_SASL_MECHANISM: 'oauthbearer',
    KAFKA_OAUTH_TOKEN_ENDPOINT: tokens.endpoint,
    KAFKA_OAUTH_CLIENT_ID: id,
    KAFKA_OAUTH_CLIENT_SECRET: secret,
  };
}
