import { type Database, type Letter, markFailed, markRedriven } from '@pipeline/db';
import { explainKafkaFault, isPassingKafkaFault, type Publisher, toRedrivenRecord } from '@pipeline/kafka';
import { Failure } from '@pipeline/runtime';

/**
 * Redrives one letter at a time: sends it to the topic that it came from, and closes it once Kafka has acknowledged it.
 * The function resolves with undefined, or with the reason why the letter stays open.
 * @throws Failure when Kafka is away
 */
export function createRedrive(database: Database, publisher: Publisher, maxRedrives: number, by: string) {
  return async (letter: Letter): Promise<string | undefined> => {
    if (letter.redriveCount >= maxRedrives) return `redriven ${letter.redriveCount} times already`;
    try {
      const record = toRedrivenRecord({ ...letter }, letter.redriveCount + 1);
      const place = await publisher.publishOne(letter.topic, record);
      await markRedriven(database, letter.id, place, by);
      return undefined;
    } catch (error) {
      if (isPassingKafkaFault(error)) throw kafkaAway(error);
      const explained = explainKafkaFault(error);
      const why = explained instanceof Error ? explained.message : String(explained);
      await markFailed(database, letter.id, why, by);
      return why;
    }
  };
}

/** The Failure of work that Kafka does not answer to. */
export function kafkaAway(error: unknown): Failure {
  const said = error instanceof Error ? error.message : String(error);
  return new Failure(`Kafka does not answer: ${said}`, 'start it again later: it goes on with what is left');
}
