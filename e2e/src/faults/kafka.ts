import { setTimeout as sleep } from 'node:timers/promises';
import { waitUntil } from '../support/programs/wait.ts';
import { blackhole, latency, lostReplies, rate, type Trouble } from '../support/servers/proxy.ts';
import { type Fault, waitForEffect, watchForEvidence } from '../support/system/fault.ts';
import type { KafkaSystem } from '../support/system/system.ts';
import { troubledProxy } from './network.ts';
import { pauseUntilExpelled } from './processes.ts';

const waiting = /waiting for Kafka/;

const brokerKilled: Fault<KafkaSystem> = {
  name: 'the broker is killed three times',
  async inject(system) {
    for (let kills = 0; kills < 3; kills++) {
      const seen = watchForEvidence(system, waiting);
      await system.kafka.kill();
      await seen();
      await system.kafka.start();
      await sleep(2_000);
    }
  },
};

/** A controlled shutdown: with no other broker to take over, it only notifies its clients. */
const brokerStopped: Fault<KafkaSystem> = {
  name: 'the broker shuts down cleanly and restarts',
  async inject(system) {
    const seen = watchForEvidence(system, waiting);
    await system.kafka.kill('SIGTERM');
    await seen();
    await system.kafka.start();
  },
};

/** Connections stay open without a reply. When the broker resumes, all sessions have expired at once. */
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

/** Disturbs the network to Kafka, for the consumers and the load. */
function troubled(name: string, trouble: Trouble, ms: number): Fault<KafkaSystem> {
  return troubledProxy<KafkaSystem>(({ kafkaProxy }) => kafkaProxy, name, trouble, ms);
}

/** Data in flight never arrives, even after the fault, and its connections stay silent. */
const frozen: Trouble = () => new Promise(() => {});

const kafkaResets: Fault<KafkaSystem> = {
  name: 'all connections to Kafka are reset every 0.5 s',
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
    const seen = watchForEvidence(system, waiting);
    await system.kafkaProxy.refuse();
    await seen();
    await sleep(3_000);
    await system.kafkaProxy.heal();
  },
};

/** Kafka has committed the offset, but the consumer gets no reply. */
const commitRepliesCut: Fault<KafkaSystem> = {
  name: 'connections break before replies to offset commits',
  async inject(system) {
    for (let times = 0; times < 10; times++) {
      system.kafkaProxy.trouble(cutReplyTo(OFFSET_COMMIT));
      await waitUntil(() => system.kafkaProxy.hits > 0);
      await system.kafkaProxy.heal();
      await sleep(200);
    }
  },
};

/** While another consumer has its partitions, it must repeat the join, although no heartbeat reports that it failed. */
const joinReplyCut: Fault<KafkaSystem> = {
  name: 'a consumer is expelled, and its connection breaks before the reply to its join',
  async inject(system) {
    const victim = await pauseUntilExpelled(system);
    system.kafkaProxy.trouble(cutReplyTo(JOIN_GROUP));
    victim.process.kill('SIGCONT');
    await waitForEffect(() => system.kafkaProxy.hits > 0, 'no reply to a join was cut');
    await system.kafkaProxy.heal();
  },
};

/** https://kafka.apache.org/protocol#protocol_api_keys */
const [OFFSET_COMMIT, JOIN_GROUP] = [8, 11];

/** Breaks the connection at the reply to the first request of this type, matched by its correlation id. */
function cutReplyTo(apiKey: number): Trouble {
  let correlationId: number | undefined;
  return ({ bytes, direction }) => {
    if (direction === 'reply')
      return bytes.length >= 8 && bytes.readInt32BE(4) === correlationId ? 'reset' : 'pass';
    const isMatch = bytes.length >= 12 && bytes.readInt16BE(4) === apiKey;
    if (isMatch) correlationId ??= bytes.readInt32BE(8);
    return 'pass';
  };
}

const brokerPausedLong = brokerPausedFor(60);

/** Faults of a broker, and of a reply on which membership depends. */
export const brokerFaults = {
  brokerPaused: brokerPausedFor(9),
  brokerStopped,
  brokerKilled,
  joinReplyCut,
  brokerPausedLong,
};

/** Faults of the network to Kafka. */
export const kafkaNetworkFaults = {
  kafkaUnresponsive: troubled('Kafka is unresponsive for 10 s', blackhole, 10_000),
  kafkaHighLatency: troubled('the network to Kafka has a latency of 500 ms', latency(500), 8_000),
  kafkaLowBandwidth: troubled('the network to Kafka carries 8 KB/s', rate(8_192), 8_000),
  kafkaRepliesLost: troubled('replies from Kafka are lost', lostReplies, 5_000),
  kafkaConnectionsFrozen: troubled('connections to Kafka freeze forever', frozen, 3_000),
  kafkaResets,
  kafkaRefuses,
  commitRepliesCut,
};
