import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rootFolder } from '../settings.ts';
import { findFiringAlerts, noPromtool, type Series } from './testing/promtool.ts';

const target = (instance: string) => `job="pipeline-consumer",instance="${instance}"`;
const group = (instance: string) => `${target(instance)},consumergroup="${instance.slice(0, -2)}"`;
const topic = (instance: string) => `${group(instance)},topic="${instance.slice(0, -2)}"`;
const partition = (instance: string, number: number) => `${topic(instance)},partition="${number}"`;

const up = (instance: string) => `up{${target(instance)}}`;
const ready = (instance: string) => `pipeline_ready{${group(instance)}}`;
const paused = (instance: string) => `pipeline_paused{${topic(instance)}}`;
const truncations = (instance: string) => `pipeline_log_truncations_total{${topic(instance)}}`;
const deadLetters = (instance: string) => `pipeline_dead_letters_total{${topic(instance)},reason="not_json"}`;
const lag = (...one: Parameters<typeof partition>) => `kafka_consumergroup_lag{${partition(...one)}}`;
const seconds = (...one: Parameters<typeof partition>) => `pipeline_lag_seconds{${partition(...one)}}`;
const consumed = (...one: Parameters<typeof partition>) =>
  `messaging_client_consumed_messages_total{${partition(...one)}}`;

/** The partitions of a consumer: a busy one and an idle one. */
const partitionsOf = (instance: string) => (instance.endsWith('2') ? [2, 3] : [0, 1]) as [number, number];

/** What a consumer exports. */
function healthy(instance: string): Series {
  const [busy, idle] = partitionsOf(instance);
  return {
    [up(instance)]: '1x90',
    [ready(instance)]: '1x90',
    [paused(instance)]: '0x90',
    [truncations(instance)]: '0x90',
    [deadLetters(instance)]: '0+5x90',
    [lag(instance, busy)]: '7x90',
    [lag(instance, idle)]: '0x90',
    [seconds(instance, busy)]: '2x90',
    [consumed(instance, busy)]: '0+1000x90',
    [consumed(instance, idle)]: '500x90',
  };
}

/** What a page exports; it may be scraped by the same job. */
const page: Series = {
  [up('payments-page')]: '1x90',
  [`pipeline_ready{${target('payments-page')},consumergroup="payments"}`]: '1x90',
  [seconds('payments-1', 0).replace('payments-1', 'payments-page')]: '2x90',
};

const verifiedAt = 'pipeline_verify_last_run_timestamp_seconds{job="pipeline-stats",consumergroup="orders"}';
const differences = 'pipeline_verify_differences{job="pipeline-stats",consumergroup="orders"}';
const openOf = (name: string) =>
  `pipeline_open_dead_letters{job="pipeline-stats",consumergroup="${name}",topic="${name}"}`;

/** Another exporter, which also measures the lag of a group that is none of ours. */
const exporter = Object.fromEntries(
  ['orders', 'foreign'].map((name) => [
    `kafka_consumergroup_lag{job="exporter",consumergroup="${name}",topic="orders",partition="0"}`,
    '1000x90',
  ]),
);

/** Two pipelines, of which `orders` has two consumers. */
const all: Series = {
  ...healthy('orders-1'),
  ...healthy('orders-2'),
  ...healthy('payments-1'),
  ...page,
  ...exporter,
};

/** Series of one consumer that end after half an hour: its target no longer responds. */
function dead(instance: string): Series {
  const gone = Object.entries(healthy(instance)).map(([name, values]) => [
    name,
    values.replace('x90', 'x29 stale'),
  ]);
  return { ...Object.fromEntries(gone), [up(instance)]: '1x29 0x60' };
}

const HOUR = 60;
const DAY = 24 * HOUR;
const job = 'pipeline-consumer';

test('every series of an alert is selected by its job', () => {
  const rules = readFileSync(join(rootFolder, 'infra/chart/monitoring/alerts.yaml'), 'utf8');
  const code = rules.replaceAll(/^ *#.*$/gm, '');
  const series = code.match(/\b(?:up|(?:pipeline|kafka|messaging)_\w+)\b(?:\{job=~"pipeline-\.\*")?/g) ?? [];
  expect(series.length).toBeGreaterThan(15);
  expect(series.filter((one) => !one.includes('{job=~"pipeline-.*"'))).toEqual([]);
});

describe.skipIf(noPromtool !== undefined)(`alerts${noPromtool ? ` (${noPromtool})` : ''}`, () => {
  const after = (change: Series, minutes = HOUR) => findFiringAlerts({ ...all, ...change }, minutes);

  test('pipelines that work or are idle fire nothing', () => {
    expect(after({})).toEqual([]);
  });

  test('a pipeline without a consumer fires although another pipeline is healthy', () => {
    expect(after(dead('payments-1'), 31)).toEqual([]);
    expect(after(dead('payments-1'))).toEqual([
      { alertname: 'PipelineDown', job, instance: 'payments-1' },
      { alertname: 'PipelineNoConsumer', job, consumergroup: 'payments' },
    ]);
  });

  test('a dead consumer fires alone while another consumer of its pipeline is ready', () => {
    expect(after(dead('orders-2'))).toEqual([{ alertname: 'PipelineDown', job, instance: 'orders-2' }]);
  });

  test('a pipeline whose consumers are all unready has no consumer', () => {
    expect(after({ [ready('payments-1')]: '1x29 0x60' })).toEqual([
      { alertname: 'PipelineNoConsumer', job, consumergroup: 'payments' },
      { alertname: 'PipelineNotReady', job, instance: 'payments-1', consumergroup: 'payments' },
    ]);
  });

  test('consumers that were replaced by a version with more labels are not missed', () => {
    expect(after({ [`pipeline_paused{${target('orders-1')}}`]: '0x9 stale' })).toEqual([]);
  });

  test('a Prometheus that never scraped a consumer fires', () => {
    expect(findFiringAlerts({ 'up{job="other"}': '1x90' }, HOUR)).toEqual([
      { alertname: 'PipelineNoConsumer' },
    ]);
  });

  test('a partition without progress fires while the others progress', () => {
    const stuck = { [lag('orders-1', 1)]: '0x29 3+100x60' };
    expect(after(stuck, 33)).toEqual([]);
    expect(after(stuck)).toEqual([
      { alertname: 'PipelineStalled', job, consumergroup: 'orders', topic: 'orders', partition: '1' },
    ]);
  });

  test('a partition that moves to another consumer is not stalled', () => {
    const moved = {
      [lag('orders-1', 0)]: '7x29 stale',
      [consumed('orders-1', 0)]: '0+1000x29 stale',
      [lag('orders-2', 0)]: '_x29 7x60',
      [consumed('orders-2', 0)]: '_x29 0+1000x60',
    };
    expect(after(moved)).toEqual([]);
  });

  test('a pipeline whose lag is unknown fires, and no other', () => {
    const unknown = { [lag('payments-1', 0)]: '7x29 stale', [lag('payments-1', 1)]: '0x29 stale' };
    expect(after(unknown)).toEqual([{ alertname: 'PipelineLagUnknown', job, consumergroup: 'payments' }]);
  });

  test('a rising share of dead letters fires for its topic, however small among all', () => {
    const rising = {
      [deadLetters('payments-1')]: '0x90',
      [consumed('payments-1', 0)]: '0+1000000x90',
      [deadLetters('orders-1')]: '0+5x29 145+100x60',
    };
    const alert = { alertname: 'PipelineDeadLetters', job, consumergroup: 'orders', topic: 'orders' };
    expect(after(rising)).toEqual([alert]);
  });

  test('a topic that is minutes behind fires once for all its partitions', () => {
    const ofPage = seconds('orders-1', 0).replace(job, 'pipeline-stats');
    const series = [seconds('orders-1', 0), seconds('orders-2', 2), ofPage];
    const behind = Object.fromEntries(series.map((name) => [name, '0+60x90']));
    expect(after(behind)).toEqual([
      { alertname: 'PipelineLagSeconds', consumergroup: 'orders', topic: 'orders' },
    ]);
  });

  test('differences that verify found fire until it finds none', () => {
    const repaired = { [differences]: '0x29 3x30 0x30' };
    const alert = { alertname: 'PipelineVerifyDifferences', consumergroup: 'orders' };
    expect(after(repaired)).toEqual([alert]);
    expect(after(repaired, HOUR + 1)).toEqual([]);
  });

  const unverified = (series: Series, minutes: number) =>
    findFiringAlerts(series, minutes).filter(({ alertname }) => alertname === 'PipelineNotVerified');

  test('a pipeline that was verified, and not for two days, fires', () => {
    const once = { [verifiedAt]: '0x4000' };
    expect(unverified(once, 2 * DAY)).toEqual([]);
    const alert = { alertname: 'PipelineNotVerified', consumergroup: 'orders' };
    expect(unverified(once, 2 * DAY + 2 * HOUR)).toEqual([alert]);
    expect(unverified({ [verifiedAt]: '0x2000 120000x2000' }, 2 * DAY + 2 * HOUR)).toEqual([]);
  });

  test('a pipeline that was never verified fires after two days, and no other', () => {
    const series = { [openOf('orders')]: '0x4000', [openOf('payments')]: '0x4000' };
    const other = { ...series, [verifiedAt]: '170000x4000' };
    expect(unverified(other, 2 * DAY)).toEqual([]);
    const alert = { alertname: 'PipelineNotVerified', consumergroup: 'payments' };
    expect(unverified(other, 2 * DAY + 2 * HOUR)).toEqual([alert]);
  });

  test('a paused partition and a truncated log fire for their consumer', () => {
    const labels = { job, instance: 'orders-1', consumergroup: 'orders', topic: 'orders' };
    expect(after({ [paused('orders-1')]: '0x29 1x60' })).toEqual([
      { alertname: 'PipelinePaused', ...labels },
    ]);
    expect(after({ [truncations('orders-1')]: '0x50 1x40' })).toEqual([
      { alertname: 'PipelineLogTruncated', ...labels },
    ]);
  });
});
