import { expect, test } from 'vitest';
import { brokerSettings, toImageEnvironment, toProperties } from './kafka-properties.ts';

const layout = {
  listen: { host: '0.0.0.0', port: 9092 },
  quorum: { nodeId: 1, controllerPorts: [9093] },
  dataFolder: '/data',
};

test('clients get the advertised address, or else the one the broker listens on', () => {
  const advertised = { host: '127.0.0.1', port: 41_000 };
  expect(brokerSettings(layout)['advertised.listeners']).toBe('PLAINTEXT://0.0.0.0:9092');
  expect(brokerSettings({ ...layout, advertised })['advertised.listeners']).toBe(
    'PLAINTEXT://127.0.0.1:41000',
  );
});

test('an internal listener is used between brokers and bound to the loopback', () => {
  const settings = brokerSettings({ ...layout, internalPort: 19_092 });
  expect(settings['inter.broker.listener.name']).toBe('INTERNAL');
  expect(settings['listeners']).toContain('INTERNAL://127.0.0.1:19092');
  expect(brokerSettings(layout)['listeners']).not.toContain('INTERNAL');
});

test('in a cluster of three everything has three replicas, two of them in sync', () => {
  const settings = brokerSettings({ ...layout, quorum: { nodeId: 2, controllerPorts: [9093, 9094, 9095] } });
  expect(settings['controller.quorum.voters']).toBe('1@127.0.0.1:9093,2@127.0.0.1:9094,3@127.0.0.1:9095');
  expect(settings['listeners']).toContain('CONTROLLER://127.0.0.1:9094');
  expect(settings['default.replication.factor']).toBe(3);
  expect(settings['min.insync.replicas']).toBe(2);
});

test('the properties file and the image get the same settings', () => {
  const settings = brokerSettings(layout);
  expect(toProperties(settings)).toContain('auto.create.topics.enable=false\n');
  expect(toImageEnvironment(settings)['KAFKA_AUTO_CREATE_TOPICS_ENABLE']).toBe('false');
  expect(Object.keys(toImageEnvironment(settings))).toHaveLength(Object.keys(settings).length);
});
