/** Attributes of a span, named by OpenTelemetry's semantic conventions if they have a name for it. */
export type Attributes = Readonly<Record<string, string | number>>;

export interface SpanOptions {
  readonly attributes: Attributes;
  /** Defaults to none: the span begins a trace. */
  readonly parent?: Span;
  /** Values of `traceparent` (https://www.w3.org/TR/trace-context/); invalid ones are ignored. */
  readonly links?: Iterable<string>;
}

/** An operation in progress. */
export interface Span {
  /** Its `traceparent`, for the headers of a record. */
  readonly traceparent: string;
  set(attributes: Attributes): void;
  /** Ends the span, with the status of the error if there is one. Only the first call has an effect. */
  end(failure?: { readonly error: unknown }): void;
}

/** What a span stands for: see https://opentelemetry.io/docs/specs/otel/trace/api/#spankind */
export type Kind = 'CONSUMER' | 'PRODUCER' | 'CLIENT';

/** Spans, which are sent to a collector in the background; disposal sends the last ones. */
export interface Traces extends AsyncDisposable {
  start(kind: Kind, name: string, options: SpanOptions): Span;
}

/** The program that sends traces. */
export interface Service {
  readonly name: string;
  readonly version: string;
}
