import { custom, decimal, flag, oneOf, optionalText, type Settings, ValueError } from '@pipeline/runtime';

const URL_EXPECTED = 'an http or https URL without user and password';

function parseEndpoint(text: string): string | undefined {
  const url = URL.parse(text);
  if (url?.username || url?.password) throw new ValueError(`expected ${URL_EXPECTED}`);
  return url?.protocol === 'http:' || url?.protocol === 'https:' ? text : undefined;
}

/** `name=value` pairs, separated by commas; names and values may be percent-encoded. */
function parsePairs(text: string): Readonly<Record<string, string>> | undefined {
  const pairs = text.split(',').map((part) => /^\s*([^=\s]+)\s*=(.*)$/.exec(part));
  try {
    return Object.fromEntries(
      pairs.map((pair) => {
        const [, name = '', value = ''] = pair ?? [];
        if (name === '') throw new URIError('not a pair');
        return [decodeURIComponent(name), decodeURIComponent(value.trim())];
      }),
    );
  } catch {
    return undefined;
  }
}

type Pairs = Readonly<Record<string, string>>;
const PAIRS = 'NAME=VALUE, comma-separated if several, percent-encoded';

/** OpenTelemetry's own variables (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/). */
export const traceSettings = {
  OTEL_EXPORTER_OTLP_ENDPOINT: custom<string | undefined>(
    undefined,
    'Base URL of an OpenTelemetry collector; traces are sent to /v1/traces below it. Unset: no traces',
    URL_EXPECTED,
    parseEndpoint,
  ),
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: custom<string | undefined>(
    undefined,
    'URL for traces, instead of the one below OTEL_EXPORTER_OTLP_ENDPOINT',
    URL_EXPECTED,
    parseEndpoint,
  ),
  OTEL_EXPORTER_OTLP_HEADERS: custom<Pairs | undefined>(
    undefined,
    'Headers of requests to the collector, such as a key',
    PAIRS,
    parsePairs,
    { secret: true },
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: oneOf(['http/protobuf'], 'http/protobuf', 'Protocol of the collector'),
  OTEL_SERVICE_NAME: optionalText('Service name of traces', { shownDefault: "the program's name" }),
  OTEL_RESOURCE_ATTRIBUTES: custom<Pairs | undefined>(
    undefined,
    'Attributes of the service, such as deployment.environment.name=production',
    PAIRS,
    parsePairs,
  ),
  OTEL_TRACES_SAMPLER: oneOf(
    [
      'always_on',
      'always_off',
      'traceidratio',
      'parentbased_always_on',
      'parentbased_always_off',
      'parentbased_traceidratio',
    ],
    'parentbased_always_on',
    'Which traces are sent; a batch has no parent, so that the parentbased samplers decide as the others',
  ),
  OTEL_TRACES_SAMPLER_ARG: decimal(1, 'Share of traces that a traceidratio sampler sends', [0, 1]),
  OTEL_SDK_DISABLED: flag(false, 'Send no traces, even if there is an endpoint'),
};

export type TraceSettings = Settings<typeof traceSettings>;

/** The URL that traces are sent to; undefined if there are none. */
export function traceUrl(settings: TraceSettings): string | undefined {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: base, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: own } = settings;
  if (settings.OTEL_SDK_DISABLED) return undefined;
  return own ?? (base === undefined ? undefined : `${base.replace(/\/$/, '')}/v1/traces`);
}
