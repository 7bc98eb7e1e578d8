import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';

/** Kafka's codes of the mechanisms, and Node's names of their hashes. */
const mechanisms = {
  'scram-sha-256': { number: 1, hash: 'sha256', bytes: 32 },
  'scram-sha-512': { number: 2, hash: 'sha512', bytes: 64 },
} as const;

export type ScramMechanism = keyof typeof mechanisms;

const ALTER_USER_SCRAM_CREDENTIALS = 51;
const ITERATIONS = 4_096;

/**
 * Sets a user's password, like `kafka-configs.sh --alter --add-config SCRAM-SHA-512=[...]`; kafkajs does not
 * support it. Protocol: https://kafka.apache.org/protocol#The_Messages_AlterUserScramCredentials, version 0
 * @param broker `HOST:PORT` of a listener without authentication
 * @throws Error if Kafka returns an error
 */
export async function setScramPassword(
  broker: string,
  user: string,
  password: string,
  mechanism: ScramMechanism,
): Promise<void> {
  const { number, hash, bytes } = mechanisms[mechanism];
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password, salt, ITERATIONS, bytes, hash);
  const upsertion = [compact(Buffer.from(user)), int(1, number), int(4, ITERATIONS), compact(salt)];
  const none = int(1, 0);
  const header = [int(2, ALTER_USER_SCRAM_CREDENTIALS), int(2, 0), int(4, 0), int(2, -1), none];
  // No deletions, one upsertion; each structure ends with its number of tagged fields, 0.
  const body = [int(1, 1), int(1, 2), ...upsertion, compact(salted), none, none];
  const reply = await exchange(broker, Buffer.concat([...header, ...body]));
  // Size, correlation id, no tagged fields, throttle time, one result: its user, then the error code.
  const code = reply.readInt16BE(4 + 4 + 1 + 4 + 1 + 1 + user.length);
  if (code !== 0) throw new Error(`Kafka did not set the password of ${user}: error ${code}`);
}

function int(size: number, value: number): Buffer {
  const bytes = Buffer.alloc(size);
  bytes.writeIntBE(value, 0, size);
  return bytes;
}

/** Encodes at most 126 bytes as COMPACT_BYTES: the length plus one, then the bytes. */
function compact(bytes: Buffer): Buffer {
  return Buffer.concat([int(1, bytes.length + 1), bytes]);
}

async function exchange(broker: string, request: Buffer): Promise<Buffer> {
  const [host = '', port] = broker.split(':');
  const socket = connect(Number(port), host);
  try {
    socket.write(Buffer.concat([int(4, request.length), request]));
    const [reply] = await once(socket, 'data');
    return reply;
  } finally {
    socket.destroy();
  }
}
