import {
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import { type Logger, UserError, withDeadline } from '@pipeline/runtime';
import { reportFailures } from './report-failures.ts';
import type { TraceSettings } from './settings.ts';
import type { Kind, Service, Span, SpanOptions, Traces } from './traces.ts';

/** How long a stop waits until the last spans are sent; a stop must take less than 10 s in total. */
const LAST_SPANS_MS = 1_500;

/** Creates traces that are sent to a URL by OTLP over HTTP. */
export function createTraces(url: string, settings: TraceSettings, service: Service, logger: Logger): Traces {
  const headers = { ...settings.OTEL_EXPORTER_OTLP_HEADERS };
  const exporter = reportFailures(new OTLPTraceExporter({ url, headers }), url, logger);
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.version': service.version,
      ...settings.OTEL_RESOURCE_ATTRIBUTES,
      'service.name': serviceName(settings, service),
    }),
    sampler: samplerOf(settings),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  const tracer = provider.getTracer('pipeline', service.version);
  const spans = new WeakMap<Span, OtelSpan>();
  return {
    start: (kind, name, options) => startSpan(tracer, spans, kind, name, options),
    [Symbol.asyncDispose]: () =>
      withDeadline(provider.shutdown(), LAST_SPANS_MS, 'sending the last spans').catch(() => {}),
  };
}

function serviceName(settings: TraceSettings, { name }: Service): string {
  return settings.OTEL_SERVICE_NAME ?? settings.OTEL_RESOURCE_ATTRIBUTES?.['service.name'] ?? name;
}

function samplerOf({ OTEL_TRACES_SAMPLER: name, OTEL_TRACES_SAMPLER_ARG: ratio }: TraceSettings): Sampler {
  const root = rootSampler(name, ratio);
  return name.startsWith('parentbased_') ? new ParentBasedSampler({ root }) : root;
}

function rootSampler(name: string, ratio: number): Sampler {
  if (name.endsWith('traceidratio')) return new TraceIdRatioBasedSampler(ratio);
  return name.endsWith('always_off') ? new AlwaysOffSampler() : new AlwaysOnSampler();
}

function startSpan(
  tracer: Tracer,
  spans: WeakMap<Span, OtelSpan>,
  kind: Kind,
  name: string,
  { attributes, parent, links = [] }: SpanOptions,
): Span {
  const above = parent === undefined ? undefined : spans.get(parent);
  const context = above === undefined ? ROOT_CONTEXT : trace.setSpan(ROOT_CONTEXT, above);
  const linked = [...links].map(parseTraceParent).filter((one) => one !== null);
  const options = { kind: SpanKind[kind], attributes, links: linked.map((one) => ({ context: one })) };
  const started = tracer.startSpan(name, options, context);
  const span = toSpan(started);
  spans.set(span, started);
  return span;
}

function toSpan(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  return {
    traceparent: `00-${traceId}-${spanId}-0${traceFlags}`,
    set: (attributes) => void span.setAttributes(attributes),
    end: (failure) => {
      if (failure !== undefined) setFailed(span, failure.error);
      span.end();
    },
  };
}

/** Only a UserError's message is certain to hold no content of an event. */
function setFailed(span: OtelSpan, error: unknown): void {
  const { name, code } = (error ?? {}) as { readonly name?: string; readonly code?: unknown };
  const type = typeof code === 'string' ? code : (name ?? 'unknown');
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof UserError ? error.message : type });
}
