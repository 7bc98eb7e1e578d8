import { findFreePort, startPrivateKafka } from 'infra/testing';
import { type Authority, createAuthority, createPemFolder, type PemFolder } from './certificates.ts';
import type { Environment } from './programs.ts';

/** The broker's listeners by name, and what Kafka calls their protocols. */
const protocols = {
  /** For the test's own questions: whoever comes this way may do everything. */
  plaintext: 'PLAINTEXT',
  login: 'SASL_PLAINTEXT',
  loginTls: 'SASL_SSL',
  /** The client's certificate says who it is. */
  tls: 'SSL',
  /** Its certificate has expired. */
  expired: 'SSL',
  /** Its certificate is another host's. */
  elsewhere: 'SSL',
} as const;

type ListenerName = keyof typeof protocols;
const names = Object.keys(protocols) as ListenerName[];
type Ports = Readonly<Record<ListenerName | 'controller', number>>;

/** A broker that asks its clients who they are, in several ways, and lets nobody do what was not granted. */
export interface SecuredKafka extends AsyncDisposable {
  /** `HOST:PORT` of each listener. */
  readonly at: Readonly<Record<ListenerName, string>>;
  /** Paths of PEM files for clients. */
  readonly pem: ClientFiles;
}

interface ClientFiles {
  readonly ca: string;
  readonly otherCa: string;
  /** Of every client's certificate. */
  readonly key: string;
  /** Certificates of the user `consumer`: a good one, and two that the broker refuses. */
  readonly consumer: string;
  readonly expired: string;
  readonly signedByOther: string;
}

/** Starts it, with certificates of its own; `passwords` are those of the users who log in with PLAIN. */
export async function startSecuredKafka(passwords: Readonly<Record<string, string>>): Promise<SecuredKafka> {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await createPemFolder());
  const authority = createAuthority('CA of the test');
  const pem = await writeClientFiles(folder, authority);
  const ports = await findPorts();
  const settings = {
    ...listenerSettings(ports),
    ...(await tlsSettings(folder, authority, pem.ca)),
    ...loginSettings(passwords),
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

/** Kafka writes names of listeners in capitals. */
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

/** `CN=consumer` is the user `consumer`. */
async function tlsSettings(
  folder: PemFolder,
  authority: Authority,
  ca: string,
): Promise<Readonly<Record<string, string>>> {
  const hosts = ['127.0.0.1', 'localhost'];
  const certificates = {
    loginTls: authority.issue('broker', { hosts }),
    tls: authority.issue('broker', { hosts }),
    expired: authority.issue('broker', { hosts, expired: true }),
    elsewhere: authority.issue('broker', { hosts: ['broker.example'] }),
  };
  const stores = Object.entries(certificates).map(async ([name, { key, certificate }]) => {
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

/** Users of SCRAM are made at run time; those of SHA-512 have to log in again after 12 s, which kafkajs does 10 s earlier. */
function loginSettings(passwords: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const module = 'org.apache.kafka.common.security';
  const users = Object.entries(passwords).map(([name, password]) => `user_${name}="${password}"`);
  const settings = ['login', 'logintls'].map((name) => {
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
  const other = createAuthority('CA of somebody else');
  const { certificate, key } = authority.issue('consumer');
  return {
    ca: await folder.write('ca.pem', authority.certificate),
    otherCa: await folder.write('other-ca.pem', other.certificate),
    key: await folder.write('key.pem', key),
    consumer: await folder.write('consumer.pem', certificate),
    expired: await folder.write(
      'expired-client.pem',
      authority.issue('consumer', { expired: true }).certificate,
    ),
    signedByOther: await folder.write('signed-by-other.pem', other.issue('consumer').certificate),
  };
}

/** What a client sets to log in. */
export function loginOf(username: string, password: string, mechanism = 'plain'): Environment {
  return {
    KAFKA_SASL_MECHANISM: mechanism,
    KAFKA_SASL_USERNAME: username,
    KAFKA_SASL_PASSWORD: password,
  };
}
