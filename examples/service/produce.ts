import { connectKafka, kafkaSettings, openPublisher } from '@pipeline/kafka';
import { createLogger, loggerSettings, readSettings } from '@pipeline/runtime';
import { type Event, encodeEvent, eventKey } from '@pipeline/schema';

const settings = readSettings({ ...kafkaSettings, ...loggerSettings }, process.env);
const kafka = connectKafka(settings, 'example-service', createLogger('example-service', settings));

const event: Event = {
  event_id: crypto.randomUUID(),
  event_type: 'purchase',
  event_time: new Date().toISOString(),
  user_id: 'user-42',
  payload: { order_id: 'order-7', amount: 99.5, currency: 'EUR' },
};

await using publisher = await openPublisher(kafka);
await publisher.publish(settings.KAFKA_TOPIC, [
  { key: Buffer.from(eventKey(event)), value: Buffer.from(encodeEvent(event)) },
]);
console.log(event.event_id);
