import { type Admin, AssignerProtocol } from 'kafkajs';

/** A process that reads in a group. */
export interface GroupMember {
  readonly clientId: string;
  /** Where it connects from. */
  readonly host: string;
  /** Its partitions of the topic that was asked about; null where its assignment is not readable. */
  readonly partitions: readonly number[] | null;
}

/** What a cluster says about a consumer group. */
export interface Group {
  /** Kafka's own word, such as `Stable`, `PreparingRebalance`, `Empty` or, where nobody ever joined, `Dead`. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** Describes a group as far as it reads a topic. */
export async function describeGroup(admin: Admin, groupId: string, topic: string): Promise<Group> {
  const { groups } = await admin.describeGroups([groupId]);
  const group = groups[0];
  if (group === undefined) throw new Error(`Kafka does not describe group ${groupId}`);
  const members = group.members.map(({ clientId, clientHost, memberAssignment }) => ({
    clientId,
    host: clientHost.replace(/^\//, ''),
    partitions: readAssignment(memberAssignment, topic),
  }));
  return { state: group.state, members };
}

/** Other clients may speak another protocol, and a member that joins has nothing yet. */
function readAssignment(bytes: Buffer, topic: string): readonly number[] | null {
  if (bytes.length === 0) return [];
  try {
    return AssignerProtocol.MemberAssignment.decode(bytes)?.assignment[topic] ?? [];
  } catch {
    return null;
  }
}
