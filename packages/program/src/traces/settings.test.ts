import { readSettings } from '@pipeline/runtime';
import { expect, test } from 'vitest';
import { traceSettings, traceUrl } from './settings.ts';

const read = (environment: Readonly<Record<string, string>>) => readSettings(traceSettings, environment);

test.each([
  [{}, undefined],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' }, 'http://collector:4318/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector/otlp/' }, 'https://collector/otlp/v1/traces'],
  [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://collector/x' }, 'http://collector/x'],
  [
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://b/x' },
    'http://b/x',
  ],
  [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' }, undefined],
])('with %j, traces are sent to %s', (environment, url) => {
  expect(traceUrl(read(environment))).toBe(url);
});

test('headers and attributes are percent-encoded pairs', () => {
  const settings = read({
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YQ==, x-team = a ',
    OTEL_RESOURCE_ATTRIBUTES: 'service.namespace=shop',
  });
  expect(settings.OTEL_EXPORTER_OTLP_HEADERS).toEqual({ authorization: 'Basic YQ==', 'x-team': 'a' });
  expect(settings.OTEL_RESOURCE_ATTRIBUTES).toEqual({ 'service.namespace': 'shop' });
});

test.each(['key', '=value', 'a=b,', 'a=%'])('headers reject "%s" without showing it', (text) => {
  expect(() => read({ OTEL_EXPORTER_OTLP_HEADERS: text })).toThrow(
    'OTEL_EXPORTER_OTLP_HEADERS: got ***, expected NAME=VALUE',
  );
});

test.each([
  ['OTEL_EXPORTER_OTLP_ENDPOINT', 'collector:4318'],
  ['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', 'https://me:secret@collector'],
  ['OTEL_EXPORTER_OTLP_PROTOCOL', 'grpc'],
  ['OTEL_TRACES_SAMPLER', 'sometimes'],
  ['OTEL_TRACES_SAMPLER_ARG', '2'],
])('%s rejects "%s"', (name, value) => {
  expect(() => read({ [name]: value })).toThrow(name);
  expect(() => read({ [name]: value })).not.toThrow('secret');
});
