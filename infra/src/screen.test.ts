import { expect, test } from 'vitest';
import { nextLines, serverLine } from './screen.ts';

test.each([
  ['127.0.0.1', undefined, '/', 'http://127.0.0.1:3000 '],
  ['::1', 3_001, '/', 'http://[::1]:3001 '],
  ['127.0.0.1', undefined, '/pipeline/', 'http://127.0.0.1:3000/pipeline/ '],
  ['127.0.0.1', 0, '/', 'on a free port'],
])('the page at %s, port %s, path %s, is printed as %s', (HTTP_HOST, STATS_PORT, STATS_BASE_PATH, url) => {
  expect(nextLines({ HTTP_HOST, STATS_PORT, STATS_BASE_PATH })).toContain(url);
});

test('a container is shown with its volume, an already running server without data', () => {
  const server = { address: '127.0.0.1:9092', version: '4.3.1' };
  const own = { folder: '/x', volume: 'some-volume', process: { pid: 1, ended: Promise.resolve(0), stop } };
  expect(serverLine('Kafka', { ...server, own })).toMatch(/^✔ Kafka 4\.3\.1 .* data volume some-volume$/);
  expect(serverLine('Kafka', { ...server, own: undefined })).toMatch(/was already running$/);
});

async function stop(): Promise<void> {}
