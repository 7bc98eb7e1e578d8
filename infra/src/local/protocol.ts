import { type Endpoint, firstReply } from './endpoint.ts';

/** An arbitrary number that Kafka sends back, so that the reply is known for ours. */
const CORRELATION = 0x6b32_7067;

/**
 * Whether what listens there is Kafka (without TLS): asks for the versions of its API, which needs no login.
 * https://kafka.apache.org/protocol#The_Messages_ApiVersions, version 0: size, key 18, version, correlation, client (null).
 */
export async function speaksKafka(endpoint: Endpoint): Promise<boolean> {
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(18, 4);
  request.writeInt32BE(CORRELATION, 8);
  request.writeInt16BE(-1, 12);
  const reply = await firstReply(endpoint, request);
  return reply.length >= 8 && reply.readInt32BE(4) === CORRELATION;
}

/**
 * Whether what listens there is Postgres: asks whether it speaks TLS, which it answers with one letter.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html, "SSLRequest".
 */
export async function speaksPostgres(endpoint: Endpoint): Promise<boolean> {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(80_877_103, 4);
  return /^[SN]$/.test((await firstReply(endpoint, request)).toString('latin1'));
}
