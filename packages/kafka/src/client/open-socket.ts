import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import type { ISocketFactoryArgs } from 'kafkajs';
import { ResponseReader } from './response-reader.ts';

const KEEP_ALIVE_DELAY_MS = 60_000;
const READ_BYTES = 256 << 10;

/** kafkajs passes null if TLS is off. */
type SocketOptions = Omit<ISocketFactoryArgs, 'ssl'> & { readonly ssl: ConnectionOptions | null };

/**
 * Opens a socket that emits one `data` event per response and reads into one buffer. With kafkajs's own sockets every
 * read has a buffer, which is kept until its response is complete: more memory than the records take.
 */
export function openSocket({ host, port, ssl, onConnect }: SocketOptions): Socket {
  const responses = new ResponseReader((response) => socket.emit('data', response));
  const onread = {
    buffer: Buffer.allocUnsafeSlow(READ_BYTES),
    callback: (length: number, buffer: Uint8Array) => {
      readOrDestroy(socket, responses, buffer.subarray(0, length));
      return true;
    },
  };
  const options = { host, port, onread };
  const socket: Socket = ssl
    ? connectTls({ ...options, ...serverName(host), ...ssl }, onConnect)
    : connectTcp(options, onConnect);
  return socket.setKeepAlive(true, KEEP_ALIVE_DELAY_MS);
}

/** An exception here would end the process. */
function readOrDestroy(socket: Socket, responses: ResponseReader, bytes: Uint8Array): void {
  try {
    responses.read(bytes);
  } catch (error) {
    socket.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** An address is not a name for SNI. */
function serverName(host: string): Pick<ConnectionOptions, 'servername'> {
  return isIP(host) === 0 ? { servername: host } : {};
}
