import { findFreePort } from '@pipeline/servers';
import { startPrivateKafka } from '@pipeline/testing';
import type { Environment } from '../programs/programs.ts';
import { type Authority, createAuthority, createPemFolder, type PemFolder } from './certificates.ts';

/** The broker's listeners by name, with their security protocols. */
const protocols = {
  /** For the test itself: clients are superusers. */
  plaintext: 'PLAINTEXT',
  saslPlaintext: 'SASL_PLAINTEXT',
  saslTls: 'SASL_SSL',
  /** Clients authenticate with a certificate. */
  tls: 'SSL',
  /** The broker presents an expired certificate. */
  expired: 'SSL',
  /** The broker presents the certificate of another host. */
  wrongHost: 'SSL',
} as const;

type ListenerName = keyof typeof protocols;
const names = Object.keys(protocols) as ListenerName[];
type Ports = Readonly<Record<ListenerName | 'controller', number>>;

/** A broker with several authentication methods, and ACLs that deny by default. */
export interface SecuredKafka extends AsyncDisposable {
  /** `HOST:PORT` of each listener. */
  readonly at: Readonly<Record<ListenerName, string>>;
  /** Paths of PEM files for clients. */
  readonly pem: ClientFiles;
}

interface ClientFiles {
  readonly ca: string;
  readonly otherCa: string;
  /** Private key of all client certificates. */
  readonly key: string;
  /** Certificates of the user `consumer`: a valid one, and two that the broker rejects. */
  readonly consumer: string;
  readonly expired: string;
  readonly signedByOther: string;
}

/** Starts it with new certificates; `passwords` are those of the PLAIN users. */
export async function startSecuredKafka(passwords: Readonly<Record<string, string>>): Promise<SecuredKafka> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createPemFolder());
  const authority = await createAuthority('test CA');
  const pem = await writeClientFiles(folder, authority);
  const ports = await findPorts();
  const settings = {
    ...listenerSettings(ports),
    ...(await tlsSettings(folder, authority, pem.ca)),
    ...saslSettings(passwords),
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:ANONYMOUS',
  };
  stack.use(await startPrivateKafka({ endpoint: { host: '127.0.0.1', port: ports.plaintext }, settings }));
  const started = stack.move();
  return { at: addresses(ports), pem, [Symbol.asyncDispose]: () => started.disposeAsync() };
}

async function findPorts(): Promise<Ports> {
  const ports = [...names, 'controller'].map(async (name) => [name, await findFreePort()] as const);
  return Object.fromEntries(await Promise.all(ports)) as Ports;
}

function addresses(ports: Ports): Readonly<Record<ListenerName, string>> {
  const all = names.map((name) => [name, `127.0.0.1:${ports[name]}`]);
  return Object.fromEntries(all) as Record<ListenerName, string>;
}

/** Listener names are upper case in these settings. */
function listenerSettings(ports: Ports): Readonly<Record<string, string>> {
  const advertised = names.map((name) => `${name.toUpperCase()}://127.0.0.1:${ports[name]}`);
  const map = names.map((name) => `${name.toUpperCase()}:${protocols[name]}`);
  return {
    listeners: [...advertised, `CONTROLLER://127.0.0.1:${ports.controller}`].join(','),
    'advertised.listeners': advertised.join(','),
    'controller.quorum.voters': `1@127.0.0.1:${ports.controller}`,
    'listener.security.protocol.map': [...map, 'CONTROLLER:PLAINTEXT'].join(','),
  };
}

/** Maps the certificate subject `CN=consumer` to the user `consumer`. */
async function tlsSettings(
  folder: PemFolder,
  authority: Authority,
  ca: string,
): Promise<Readonly<Record<string, string>>> {
  const hosts = ['127.0.0.1', 'localhost'];
  const certificates = {
    saslTls: authority.issue('broker', { hosts }),
    tls: authority.issue('broker', { hosts }),
    expired: authority.issue('broker', { hosts, expired: true }),
    wrongHost: authority.issue('broker', { hosts: ['broker.example'] }),
  };
  const stores = Object.entries(certificates).map(async ([name, issued]) => {
    const { key, certificate } = await issued;
    const [ssl, keystore] = [sslPrefix(name), await folder.write(`${name}.pem`, key, certificate)];
    return { [`${ssl}keystore.type`]: 'PEM', [`${ssl}keystore.location`]: keystore };
  });
  const trust = { 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': ca };
  const clients = {
    [`${sslPrefix('tls')}client.auth`]: 'required',
    'ssl.principal.mapping.rules': 'RULE:^CN=(.*)$/$1/',
  };
  return Object.assign({}, trust, clients, ...(await Promise.all(stores)));
}

function sslPrefix(name: string): string {
  return `listener.name.${name.toLowerCase()}.ssl.`;
}

/** SCRAM users are created at run time. SCRAM-SHA-512 sessions last 12 s; kafkajs renews them earlier. */
function saslSettings(passwords: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const module = 'org.apache.kafka.common.security';
  const users = Object.entries(passwords).map(([name, password]) => `user_${name}="${password}"`);
  const settings = ['saslplaintext', 'sasltls'].map((name) => {
    const listener = `listener.name.${name}.`;
    return {
      [`${listener}plain.sasl.jaas.config`]: `${module}.plain.PlainLoginModule required ${users.join(' ')};`,
      [`${listener}scram-sha-256.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
      [`${listener}scram-sha-512.sasl.jaas.config`]: `${module}.scram.ScramLoginModule required;`,
      [`${listener}scram-sha-512.connections.max.reauth.ms`]: '12000',
    };
  });
  return Object.assign({ 'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512' }, ...settings);
}

async function writeClientFiles(folder: PemFolder, authority: Authority): Promise<ClientFiles> {
  const other = await createAuthority('another CA');
  const consumer = await authority.issue('consumer');
  const expired = await authority.issue('consumer', { expired: true });
  const signedByOther = await other.issue('consumer');
  return {
    ca: await folder.write('ca.pem', authority.certificate),
    otherCa: await folder.write('other-ca.pem', other.certificate),
    key: await folder.write('key.pem', consumer.key),
    consumer: await folder.write('consumer.pem', consumer.certificate),
    expired: await folder.write('expired-client.pem', expired.certificate),
    signedByOther: await folder.write('signed-by-other.pem', signedByOther.certificate),
  };
}

/** Client settings for SASL authentication. */
export function saslCredentials(username: string, password: string, mechanism = 'plain'): Environment {
  return {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  };
}
