import { setTimeout as sleep } from 'node:timers/promises';
import { type Fault, waitForEvidence } from '../support/fault.ts';
import { blackhole, latency, lostReplies, rate, type Trouble } from '../support/proxy.ts';
import type { KafkaSystem } from '../support/system.ts';
import { waitUntil } from '../support/wait.ts';

const waiting = /waiting for Kafka/;

const brokerKilled: Fault<KafkaSystem> = {
  name: 'the broker is killed and restarted three times',
  async inject(system) {
    for (let kills = 0; kills < 3; kills++) {
      const seen = waitForEvidence(system, waiting);
      await system.kafka.kill();
      await seen;
      await system.kafka.start();
      await sleep(2_000);
    }
  },
};

/** It hands over nothing, for nobody is there, but tells its clients that it is no longer in charge. */
const brokerStopped: Fault<KafkaSystem> = {
  name: 'the broker is stopped in good order and restarted',
  async inject(system) {
    const seen = waitForEvidence(system, waiting);
    await system.kafka.kill('SIGTERM');
    await seen;
    await system.kafka.start();
  },
};

/** Connections live, and nothing answers. When it wakes up, all sessions have run out at once. */
function brokerPausedFor(seconds: number): Fault<KafkaSystem> {
  return {
    name: `the broker is paused for ${seconds} s`,
    async inject({ kafka }) {
      await kafka.kill('SIGSTOP');
      await sleep(1_000 * seconds);
      await kafka.kill('SIGCONT');
    },
  };
}

/** The way to Kafka has a trouble for so long: for consumers, and for those who send. */
function troubled(name: string, trouble: Trouble, ms: number): Fault<KafkaSystem> {
  return {
    name,
    async inject({ kafkaProxy }) {
      kafkaProxy.trouble(trouble);
      await sleep(ms);
      if (kafkaProxy.hits === 0) throw new Error('no byte was held up');
      await kafkaProxy.heal();
    },
  };
}

const kafkaForgets: Fault<KafkaSystem> = {
  name: 'what was on its way to and from Kafka is lost, and its connections never speak again',
  async inject({ kafkaProxy }) {
    kafkaProxy.trouble(() => new Promise(() => {}));
    await sleep(3_000);
    if (kafkaProxy.hits === 0) throw new Error('no byte was lost');
    await kafkaProxy.heal();
  },
};

const kafkaResets: Fault<KafkaSystem> = {
  name: 'every connection to Kafka is reset each half second',
  async inject({ kafkaProxy }) {
    for (let times = 0; times < 12; times++) {
      kafkaProxy.reset();
      await sleep(500);
    }
  },
};

const kafkaRefuses: Fault<KafkaSystem> = {
  name: 'Kafka refuses connections',
  async inject(system) {
    const seen = waitForEvidence(system, waiting);
    await system.kafkaProxy.refuse();
    await seen;
    await sleep(3_000);
    await system.kafkaProxy.heal();
  },
};

/** Kafka has the offset, and the consumer does not know. */
const commitRepliesCut: Fault<KafkaSystem> = {
  name: 'connections break before the replies to offset commits',
  async inject(system) {
    for (let times = 0; times < 10; times++) {
      system.kafkaProxy.trouble(cutReplyTo(OFFSET_COMMIT));
      await waitUntil(() => system.kafkaProxy.hits > 0);
      await system.kafkaProxy.heal();
      await sleep(200);
    }
  },
};

/** https://kafka.apache.org/protocol#protocol_api_keys */
const OFFSET_COMMIT = 8;

/** Breaks the connection when the reply to the first such request comes back: its id is that of the request. */
function cutReplyTo(apiKey: number): Trouble {
  let correlationId: number | undefined;
  return ({ bytes, direction }) => {
    if (direction === 'reply')
      return bytes.length >= 8 && bytes.readInt32BE(4) === correlationId ? 'reset' : 'pass';
    const isMeant = bytes.length >= 12 && bytes.readInt16BE(4) === apiKey;
    if (isMeant) correlationId ??= bytes.readInt32BE(8);
    return 'pass';
  };
}

const brokerPausedLong: Fault<KafkaSystem> = { ...brokerPausedFor(60), isLong: true };

/** What happens to a broker. */
export const brokerFaults = {
  brokerPaused: brokerPausedFor(9),
  brokerStopped,
  brokerKilled,
  brokerPausedLong,
};

/** What happens on the way to Kafka. */
export const kafkaNetworkFaults = {
  kafkaBlackholed: troubled('Kafka is in a black hole for 10 s', blackhole, 10_000),
  kafkaFarAway: troubled('each packet to and from Kafka takes 500 ms', latency(500), 8_000),
  kafkaNarrow: troubled('the line to Kafka carries 8 KB a second', rate(8_192), 8_000),
  kafkaRepliesLost: troubled('the replies of Kafka are lost', lostReplies, 5_000),
  kafkaForgets,
  kafkaResets,
  kafkaRefuses,
  commitRepliesCut,
};
