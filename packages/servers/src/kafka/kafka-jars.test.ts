import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kafkaFolder, kafkaVersion } from './kafka-jars.ts';

test('the files of Kafka are in this package, and its list of jars has its version', () => {
  expect(readFileSync(join(kafkaFolder, 'pom.xml'), 'utf8')).toContain(
    `<kafka.version>${kafkaVersion}</kafka.version>`,
  );
  expect(existsSync(join(kafkaFolder, 'log4j2.properties'))).toBe(true);
});
