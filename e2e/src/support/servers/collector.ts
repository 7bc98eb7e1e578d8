import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { bytesOf, type Fields, numberOf, readFields } from './protobuf.ts';

/** A span as it was received; ids are hexadecimal. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for the first span of a trace. */
  readonly parentId: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string | number>>;
  readonly links: readonly string[];
  readonly droppedLinks: number;
  /** 2 for an error. */
  readonly status: number;
  /** The attributes of the program. */
  readonly resource: Readonly<Record<string, string | number>>;
}

/** A collector of OpenTelemetry that keeps what it is sent. */
export interface Collector extends AsyncDisposable {
  readonly url: string;
  readonly spans: readonly ReceivedSpan[];
  /** Headers of the latest request. */
  readonly headers: () => Readonly<Record<string, unknown>>;
}

/** Starts a collector on any free port. */
export async function startCollector(): Promise<Collector> {
  const spans: ReceivedSpan[] = [];
  let headers = {};
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    headers = { ...request.headers, path: request.url };
    spans.push(...readSpans(body));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    headers: () => headers,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/trace/v1/trace.proto */
function readSpans(request: Buffer): readonly ReceivedSpan[] {
  return messagesOf(readFields(request), 1).flatMap((resourceSpans) => {
    const [resource] = messagesOf(resourceSpans, 1);
    const attributes = resource === undefined ? {} : attributesOf(resource, 1);
    const scopes = messagesOf(resourceSpans, 2);
    return scopes.flatMap((scope) => messagesOf(scope, 2)).map((span) => toSpan(span, attributes));
  });
}

function toSpan(span: Fields, resource: ReceivedSpan['resource']): ReceivedSpan {
  const [status] = messagesOf(span, 15);
  return {
    traceId: hexOf(span, 1),
    spanId: hexOf(span, 2),
    parentId: hexOf(span, 4),
    name: textOf(span, 5),
    attributes: attributesOf(span, 9),
    links: messagesOf(span, 13).map((link) => `00-${hexOf(link, 1)}-${hexOf(link, 2)}-01`),
    droppedLinks: numberOf(span, 14),
    status: status === undefined ? 0 : numberOf(status, 3),
    resource,
  };
}

function attributesOf(fields: Fields, number: number): Readonly<Record<string, string | number>> {
  const pairs = messagesOf(fields, number).map((pair) => {
    const [value] = messagesOf(pair, 2);
    return [textOf(pair, 1), value?.has(3) ? numberOf(value, 3) : value ? textOf(value, 1) : ''] as const;
  });
  return Object.fromEntries(pairs);
}

function messagesOf(fields: Fields, number: number): readonly Fields[] {
  return bytesOf(fields, number).map(readFields);
}

function textOf(fields: Fields, number: number): string {
  return bytesOf(fields, number).at(-1)?.toString() ?? '';
}

function hexOf(fields: Fields, number: number): string {
  return bytesOf(fields, number).at(-1)?.toString('hex') ?? '';
}
