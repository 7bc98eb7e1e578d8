import { randomBytes } from 'node:crypto';
import { alterUserScramCredentialsV0, Connection, ScramMechanisms, saslScramSha } from '@platformatic/kafka';

const mechanisms = {
  'scram-sha-256': [ScramMechanisms.SCRAM_SHA_256, saslScramSha.ScramAlgorithms['SHA-256']],
  'scram-sha-512': [ScramMechanisms.SCRAM_SHA_512, saslScramSha.ScramAlgorithms['SHA-512']],
} as const;

export type ScramMechanism = keyof typeof mechanisms;

/**
 * Sets a user's password, like `kafka-configs.sh --alter --add-config SCRAM-SHA-512=[...]`; kafkajs does not
 * support it.
 * @param broker `HOST:PORT` of a listener without authentication
 * @throws Error if Kafka returns an error
 */
export async function setScramPassword(
  broker: string,
  name: string,
  password: string,
  scram: ScramMechanism,
): Promise<void> {
  const [mechanism, algorithm] = mechanisms[scram];
  const { minIterations: iterations } = algorithm;
  const salt = randomBytes(16);
  const saltedPassword = await saslScramSha.hi(algorithm, password, salt, iterations);
  const [host = '', port] = broker.split(':');
  const connection = new Connection('e2e');
  await connection.connect(host, Number(port));
  const upsertions = [{ name, mechanism, iterations, salt, saltedPassword }];
  await alterUserScramCredentialsV0.api.async(connection, [], upsertions).finally(() => connection.close());
}
