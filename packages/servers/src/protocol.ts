import { type Endpoint, firstReply } from './endpoint.ts';

/** An arbitrary number that Kafka returns in its reply. */
const CORRELATION = 0x6b32_7067;

/**
 * Whether Kafka listens at an address (without TLS): sends ApiVersions, which needs no login.
 * https://kafka.apache.org/protocol#The_Messages_ApiVersions, version 0: size, key 18, version, correlation,
 * client (null).
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
 * Whether Postgres listens at an address: sends an SSLRequest, which it answers with `S` or `N`.
 * https://www.postgresql.org/docs/current/protocol-message-formats.html, "SSLRequest".
 */
export async function speaksPostgres(endpoint: Endpoint): Promise<boolean> {
  const request = Buffer.alloc(8);
  request.writeInt32BE(8, 0);
  request.writeInt32BE(80_877_103, 4);
  return /^[SN]$/.test((await firstReply(endpoint, request)).toString('latin1'));
}
