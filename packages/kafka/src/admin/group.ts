import { type Admin, AssignerProtocol } from 'kafkajs';
import type { TopicPartition } from '../topic-partition.ts';

/** A member of a consumer group. */
export interface GroupMember {
  readonly clientId: string;
  /** The address it connects from. */
  readonly host: string;
  /** Its assigned partitions; null if its assignment cannot be decoded. */
  readonly partitions: readonly TopicPartition[] | null;
}

/** State and members of a consumer group. */
export interface Group {
  /** Kafka's name, such as `Stable`, `PreparingRebalance`, `Empty`, or `Dead` if the group does not exist. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** Describes a group. */
export async function describeGroup(admin: Admin, groupId: string): Promise<Group> {
  const { groups } = await admin.describeGroups([groupId]);
  const group = groups[0];
  if (group === undefined) throw new Error(`Kafka does not describe group ${groupId}`);
  const members = group.members.map(({ clientId, clientHost, memberAssignment }) => ({
    clientId,
    host: clientHost.replace(/^\//, ''),
    partitions: readAssignment(memberAssignment),
  }));
  return { state: group.state, members };
}

/** Empty while a member is joining; null if a client of another kind encodes assignments differently. */
function readAssignment(bytes: Buffer): readonly TopicPartition[] | null {
  if (bytes.length === 0) return [];
  try {
    const { assignment = {} } = AssignerProtocol.MemberAssignment.decode(bytes) ?? {};
    return Object.entries(assignment).flatMap(([topic, partitions]) =>
      partitions.map((partition) => ({ topic, partition })),
    );
  } catch {
    return null;
  }
}
