import { type Admin, AssignerProtocol } from 'kafkajs';

/** A member of a consumer group. */
export interface GroupMember {
  readonly clientId: string;
  /** The address it connects from. */
  readonly host: string;
  /** Its assigned partitions of the requested topic; null if its assignment cannot be decoded. */
  readonly partitions: readonly number[] | null;
}

/** State and members of a consumer group. */
export interface Group {
  /** Kafka's name, such as `Stable`, `PreparingRebalance`, `Empty`, or `Dead` if the group does not exist. */
  readonly state: string;
  readonly members: readonly GroupMember[];
}

/** Describes a group, limited to one topic. */
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

/** Empty while a member is joining; null if a client of another kind encodes assignments differently. */
function readAssignment(bytes: Buffer, topic: string): readonly number[] | null {
  if (bytes.length === 0) return [];
  try {
    return AssignerProtocol.MemberAssignment.decode(bytes)?.assignment[topic] ?? [];
  } catch {
    return null;
  }
}
