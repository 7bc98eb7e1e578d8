import { hashRecord, tailFromJson } from '@pipeline/db/write';
import { checkLog, continuesLog, type LogCheck } from '@pipeline/kafka/consume';
import { isRecord } from './records.ts';
import type { LedgerRow, Log, Owned } from './world.ts';
import { recordOf } from './writing.ts';

/** Whether the log is the one that a ledger accounts for, by the real check. */
export function checkOf({ next, tail }: LedgerRow, log: Log): Promise<LogCheck> {
  const parsed = tail === null ? undefined : tailFromJson(JSON.parse(tail));
  const valid = parsed?.nextOffset === BigInt(next) ? parsed : undefined;
  return checkLog(
    { nextOffset: BigInt(next), tail: valid },
    {
      logStart: BigInt(log.start),
      logEnd: BigInt(log.records.length),
      findEpochEnd: async (epoch) => epochEnd(log, epoch),
      readRecord: async (offset) => {
        const number = log.records[Number(offset)];
        if (!isRecord(number)) return undefined;
        return { ...recordOf(number, Number(offset), 0), encodedSize: 0, headers: [] };
      },
    },
    hashRecord,
  );
}

/** Whether the records at a position continue the log that was read up to it, by the real check. */
export function continues({ position, epoch }: Owned, log: Log): Promise<boolean> {
  const read = { topic: 'events', partition: 0, position: BigInt(position), epoch: epoch ?? undefined };
  return continuesLog(read, log.epochs[position], async (_, asked) => epochEnd(log, asked));
}

/** OffsetForLeaderEpoch: the end of the latest epoch that is not later. */
function epochEnd({ epochs }: Log, asked: number) {
  const end = epochs.findLastIndex((epoch) => epoch <= asked) + 1;
  const epoch = epochs[end - 1];
  return epoch === undefined ? undefined : { epoch, endOffset: BigInt(end) };
}
