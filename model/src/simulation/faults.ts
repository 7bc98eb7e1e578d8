import type { Fault } from './fault-names.ts';
import type { Server } from './network.ts';
import type { SimulatedProcess, World } from './world.ts';

/** What each fault does. */
export const faults: Readonly<Record<Fault, (world: World) => void>> = {
  crash: (world: World) => processOf(world).killAfter(world.random.below(25)),
  stop: (world: World) => processOf(world).terminate(),
  cut,
  expel: ({ cluster }: World) => cluster.group.expelOne(),
  rebalance: ({ cluster }: World) => cluster.group.rebalance(),
  losses: lose,
  outage,
  refusal,
  move: (world: World) => elect(world, 0),
  truncate: (world: World) => elect(world, 1 + world.random.below(12)),
  restore,
  recreate: ({ cluster }: World) => cluster.recreate(),
  retention: removeOldest,
  purge: ({ database, random }: World) => {
    for (const id of [...database.tables.events.keys()]) if (random.chance(0.2)) database.purge(id);
  },
  redrive,
};

const servers: readonly Server[] = ['kafka', 'dlq', 'postgres'];

/** One that runs, if there is one. */
function processOf({ processes, random }: World): SimulatedProcess {
  const running = processes.filter(({ isDead }) => !isDead);
  return random.pick(running.length > 0 ? running : processes);
}

/** A process does not reach some servers for a while; its group may expel it while it still writes. */
function cut(world: World): void {
  const { clock, random } = world;
  const { cutUntil } = processOf(world);
  const until = clock.now + random.between(200, 15_000);
  for (const server of servers) if (random.chance(0.6)) cutUntil[server] = until;
}

/** Requests and replies get lost for a while. */
function lose(world: World): void {
  const { network, clock, random } = world;
  const losses = { request: 0.05, reply: 0.1, late: 0.1, slow: 0.1 };
  for (const kind of ['request', 'reply', 'late', 'slow'] as const)
    network.losses[kind] = random.pick([0, 1, 3]) * losses[kind];
  clock.after(random.between(500, 6_000), () => stopLosing(world));
}

function stopLosing({ network }: World): void {
  Object.assign(network.losses, { request: 0, reply: 0, late: 0, slow: 0 });
}

/** Ends all faults. */
export function heal(world: World): void {
  stopLosing(world);
  const always = { kafka: 0, dlq: 0, postgres: 0 };
  Object.assign(world.network.downUntil, always);
  world.database.refusesUntil = 0;
  for (const process of world.processes) {
    Object.assign(process.cutUntil, always);
    process.killAfter(Number.POSITIVE_INFINITY);
  }
}

function outage({ network, clock, random }: World): void {
  const server = random.pick(servers);
  network.downUntil[server] = clock.now + random.between(100, 9_000);
}

/** The right to insert events is missing for a while: a permanent error, which must not turn them into dead letters. */
function refusal({ database, clock, random }: World): void {
  database.refusesUntil = clock.now + random.between(100, 9_000);
}

/** Another broker leads a partition; it lacks the last entries. */
function elect({ cluster, random }: World, lost: number): void {
  const number = random.below(cluster.partitions.length);
  const { log } = cluster.partition(number);
  cluster.elect(number, Math.max(log.start, log.end - lost));
}

/** The database goes back to the last backup, and as the runbook demands, every consumer is restarted. */
function restore({ database, processes }: World): void {
  database.restore();
  for (const process of processes) process.kill();
}

function removeOldest({ cluster, random }: World): void {
  const { log } = cluster.partition(random.below(cluster.partitions.length));
  log.start += random.below(log.end - log.start + 1);
}

/** Dead letters are sent to the topic again. */
function redrive({ cluster, database, random }: World): void {
  for (const { letter, partition } of database.tables.deadLetters) {
    const { log } = cluster.partition(partition);
    const record = log.entries[Number(letter.record.offset)]?.record;
    if (record !== undefined && random.chance(0.3)) log.append(record);
  }
}
