import { once } from 'node:events';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { EncodedBatch } from './bombs.ts';

const load = createRequire(import.meta.url);
const Encoder = load('kafkajs/src/protocol/encoder.js');
const Decoder = load('kafkajs/src/protocol/decoder.js');

/** The part of kafkajs's classes that is used here. */
interface Reader {
  readInt8(): number;
  readInt16(): number;
  readInt32(): number;
  readInt64(): bigint;
  readString(): string;
  readBytes(): Buffer;
  readArray<Value>(read: (reader: Reader) => Value): Value[];
}
interface Writer {
  readonly buffer: Buffer;
  writeInt16(value: number): Writer;
  writeInt32(value: number): Writer;
  writeInt64(value: number): Writer;
  writeString(value: string): Writer;
  writeBytes(value: Buffer): Writer;
  writeArray(values: readonly (number | Writer)[]): Writer;
  writeEncoder(writer: Writer): Writer;
}
const write = (): Writer => new Encoder();

const HOST = '127.0.0.1';

/** The one version of each request (https://kafka.apache.org/protocol) that the broker supports. */
const versions = { 1: 4, 3: 0, 8: 2, 9: 1, 10: 0, 11: 0, 12: 0, 13: 0, 14: 0, 18: 0 };

/** A broker with one topic, whose group has one member; it sends any bytes as batches, and stores nothing. */
export interface FakeBroker extends AsyncDisposable {
  /** `HOST:PORT` */
  readonly address: string;
}

/** Starts a broker of the partitions of a topic, each with its batches in the order of their offsets. */
export async function startFakeBroker(
  topic: string,
  partitions: readonly (readonly EncodedBatch[])[],
): Promise<FakeBroker> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    const { port } = server.address() as AddressInfo;
    serve(socket, (request) => respond(request, { topic, partitions, port }));
  });
  await once(server.listen(0, HOST), 'listening');
  return {
    address: `${HOST}:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, answer: (request: Buffer) => Buffer): void {
  let received: Buffer = Buffer.alloc(0);
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    received = Buffer.concat([received, chunk]);
    while (received.length >= 4 && received.length >= 4 + received.readInt32BE(0)) {
      const end = 4 + received.readInt32BE(0);
      socket.write(answer(received.subarray(4, end)));
      received = received.subarray(end);
    }
  });
}

interface Served {
  readonly topic: string;
  readonly partitions: readonly (readonly EncodedBatch[])[];
  readonly port: number;
}

function respond(request: Buffer, served: Served): Buffer {
  const reader: Reader = new Decoder(request);
  const [key, version, correlationId] = [reader.readInt16(), reader.readInt16(), reader.readInt32()];
  reader.readString();
  const body = key === 18 ? apiVersions(version) : (answers[key]?.(reader, served) ?? write());
  const { buffer } = write().writeInt32(correlationId).writeEncoder(body);
  return write().writeBytes(buffer).buffer;
}

function apiVersions(version: number): Writer {
  const supported = Object.entries(versions).map(([key, only]) =>
    write().writeInt16(Number(key)).writeInt16(only).writeInt16(only),
  );
  const body = write().writeInt16(0).writeArray(supported);
  return version === 0 ? body : body.writeInt32(0);
}

const node = ({ port }: Served) => write().writeInt32(1).writeString(HOST).writeInt32(port);
const noError = () => write().writeInt16(0);

/** The responses by the key of the request. */
const answers: Readonly<Record<number, (request: Reader, served: Served) => Writer>> = {
  1: fetch,
  3: metadata,
  8: (_, { topic, partitions }) => {
    const committed = partitions.map((_batches, partition) => write().writeInt32(partition).writeInt16(0));
    return write().writeArray([write().writeString(topic).writeArray(committed)]);
  },
  9: (_, { topic, partitions }) => {
    const offsets = partitions.map((_batches, partition) =>
      write().writeInt32(partition).writeInt64(0).writeString('').writeInt16(0),
    );
    return write().writeArray([write().writeString(topic).writeArray(offsets)]);
  },
  10: (_, served) => noError().writeEncoder(node(served)),
  11: joinGroup,
  12: noError,
  13: noError,
  14: syncGroup,
};

function metadata(_: Reader, served: Served): Writer {
  const partitions = served.partitions.map((_batches, partition) =>
    noError().writeInt32(partition).writeInt32(1).writeArray([1]).writeArray([1]),
  );
  const topic = noError().writeString(served.topic).writeArray(partitions);
  return write()
    .writeArray([node(served)])
    .writeArray([topic]);
}

function joinGroup(request: Reader): Writer {
  request.readString();
  request.readInt32();
  request.readString();
  request.readString();
  const [protocol] = request.readArray((one) => ({ name: one.readString(), metadata: one.readBytes() }));
  if (protocol === undefined) throw new RangeError('the member has no protocol');
  const member = write().writeString('member').writeBytes(protocol.metadata);
  const group = noError().writeInt32(1).writeString(protocol.name).writeString('member');
  return group.writeString('member').writeArray([member]);
}

function syncGroup(request: Reader): Writer {
  request.readString();
  request.readInt32();
  request.readString();
  const [own] = request.readArray((one) => ({ id: one.readString(), assignment: one.readBytes() }));
  return noError().writeBytes(own?.assignment ?? Buffer.alloc(0));
}

function fetch(request: Reader, { topic, partitions }: Served): Writer {
  request.readInt32();
  request.readInt32();
  request.readInt32();
  let left = request.readInt32();
  request.readInt8();
  const [requested = []] = request.readArray((one) => {
    one.readString();
    return one.readArray(() => [one.readInt32(), Number(one.readInt64()), one.readInt32()] as const);
  });
  const filled = requested.map(([partition, offset, maxBytes], index) => {
    const bytes = takeBatches(partitions[partition] ?? [], offset, Math.min(left, maxBytes), index === 0);
    left -= bytes.length;
    const end = (partitions[partition]?.at(-1)?.last ?? -1) + 1;
    const header = write().writeInt32(partition).writeInt16(0).writeInt64(end).writeInt64(end);
    return header.writeArray([]).writeBytes(bytes);
  });
  return write()
    .writeInt32(0)
    .writeArray([write().writeString(topic).writeArray(filled)]);
}

/** The batches from an offset on that fit; the first of a response is always sent, as brokers do. */
function takeBatches(
  batches: readonly EncodedBatch[],
  offset: number,
  maxBytes: number,
  isFirst: boolean,
): Buffer {
  const taken: Buffer[] = [];
  let bytes = 0;
  for (const batch of batches.filter(({ last }) => last >= offset)) {
    bytes += batch.bytes.length;
    if (bytes > maxBytes && !(isFirst && taken.length === 0)) break;
    taken.push(batch.bytes);
  }
  return Buffer.concat(taken);
}
