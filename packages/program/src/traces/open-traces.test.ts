import { readSettings, silentLogger } from '@pipeline/runtime';
import { expect, test, vi } from 'vitest';
import { openTraces } from './open-traces.ts';
import { traceSettings } from './settings.ts';

const loaded = vi.hoisted(() => vi.fn());
vi.mock('./otlp.ts', async (original) => {
  loaded();
  return await original();
});

const open = (environment: Readonly<Record<string, string>>) =>
  openTraces(readSettings(traceSettings, environment), { name: 'test', version: '1' }, silentLogger);

test('without an endpoint nothing of OpenTelemetry is loaded', async () => {
  expect(await open({})).toBeUndefined();
  expect(await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://a', OTEL_SDK_DISABLED: 'true' })).toBeUndefined();
  expect(loaded).not.toHaveBeenCalled();
  await using traces = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  expect(traces).toBeDefined();
  expect(loaded).toHaveBeenCalledOnce();
});

test('a span names itself in the form of W3C Trace Context', async () => {
  await using traces = await open({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' });
  const span = traces?.start('PRODUCER', 'send events', { attributes: {} });
  expect(span?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
});

test.each([
  ['traceidratio', '0', '00'],
  ['parentbased_traceidratio', '0', '00'],
  ['parentbased_traceidratio', '1', '01'],
  ['always_off', '1', '00'],
  ['parentbased_always_off', '1', '00'],
  ['always_on', '0', '01'],
])('the sampler %s with the argument %s gives the flags %s', async (sampler, share, flags) => {
  await using traces = await open({
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    OTEL_TRACES_SAMPLER: sampler,
    OTEL_TRACES_SAMPLER_ARG: share,
  });
  const span = traces?.start('PRODUCER', 'send events', { attributes: {} });
  expect(span?.traceparent.slice(-2)).toBe(flags);
});
