import { connectKafka, kafkaSettings, openEventPublisher } from '@pipeline/kafka';
import { readSettings } from '@pipeline/runtime';
import { createEncoder, events, shopEvents } from '@pipeline/schema';

const settings = readSettings(kafkaSettings, process.env);
const kafka = connectKafka(settings, 'example-service');
const purchase = events.purchase({
  user_id: 'user-42',
  payload: { order_id: 'order-7', amount: 99.5, currency: 'EUR' },
});

await using publisher = await openEventPublisher(kafka, settings.KAFKA_TOPIC[0], createEncoder(shopEvents));
await publisher.send(purchase);
console.log(purchase.event_id);
