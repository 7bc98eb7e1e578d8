import type { Logger } from '@pipeline/runtime';
import type { ClusterAdmin } from '../admin/admin.ts';
import type { KafkaRecord } from '../record.ts';
import { type LogPartition, type PartitionOffsets, partitionName } from '../topic-partition.ts';
import { checkLog, type PartitionLog } from './check-log.ts';
import { epochBefore } from './divergence.ts';
import { type Ledger, resumeOffset } from './resume.ts';
import { logResumePosition, logUnchecked, warnOfTruncation } from './resume-log.ts';

/** The ledger of the caller. */
export interface LedgerAccess {
  /**
   * Looks up the offset up to which a partition is accounted for; `logStart` if it is new, or its topic was
   * recreated.
   */
  readonly openLedger: (partition: LogPartition, logStart: bigint) => Promise<Ledger>;
  /** Defaults to no check: a truncated log is noticed only if it ends below the ledger. */
  readonly truncation?: TruncationHandling | undefined;
}

/** What is done if a partition's log was truncated: Kafka lost its tail, and may have reused the offsets. */
interface TruncationHandling {
  /** Identifies a record by its timestamp, key and value. */
  readonly hashRecord: (record: KafkaRecord) => string;
  /**
   * Sets a ledger back, from its next offset to a lower one.
   * @returns false if the ledger is no longer at `from`
   */
  readonly rewindLedger: (partition: LogPartition, from: bigint, to: bigint) => Promise<boolean>;
  /** Called once per truncation, after the ledger was set back. */
  readonly onTruncation: (partition: LogPartition) => void;
}

/** Where reading a partition begins. */
export interface Position {
  readonly offset: bigint;
  /** Leader epoch of the offset before; undefined if it is unknown. */
  readonly epoch: number | undefined;
}

/** The offsets of one partition. */
export interface OffsetAccess {
  readonly fetchAgain: () => Promise<PartitionOffsets>;
  /** Commits a lower offset, because the log was truncated, or the database lost writes. */
  readonly commitBack: (offset: bigint) => Promise<void>;
}

interface LocatorOptions extends LedgerAccess {
  readonly admin: Pick<ClusterAdmin, 'fetchEpochEnd' | 'fetchRecord'>;
  readonly logger: Logger;
}

/** Finds the positions at which to read partitions, and sets the ledgers of truncated logs back. */
export class Locator {
  readonly #options: LocatorOptions;
  /** Partitions whose logs could not be checked, which is logged once. */
  readonly #unchecked = new Set<string>();

  constructor(options: LocatorOptions) {
    this.#options = options;
  }

  /**
   * Finds the position of one partition. A ledger ahead of the log is compared with the log's present end: while
   * this member waited for the database, another one may have read what was appended since.
   */
  async locate(found: PartitionOffsets, access: OffsetAccess): Promise<Position> {
    const ledger = await this.#options.openLedger(found, found.logStart);
    const offsets = ledger.nextOffset > found.logEnd ? await access.fetchAgain() : found;
    if (offsets.topicId !== found.topicId) return await this.locate(offsets, access);
    return await this.#locateIn(offsets, ledger, access);
  }

  async #locateIn(offsets: PartitionOffsets, ledger: Ledger, access: OffsetAccess): Promise<Position> {
    const { logger } = this.#options;
    const divergence = ledger.isRestarted ? undefined : await this.#findTruncation(offsets, ledger);
    if (divergence !== undefined) {
      await this.#goBack(offsets, ledger, divergence, access);
      return await this.locate({ ...offsets, committed: lowest(offsets.committed, divergence) }, access);
    }
    const offset = resumeOffset({ ...offsets, ledger: ledger.nextOffset });
    // Otherwise the commit would stay ahead of the database until the next record.
    if ((offsets.committed ?? 0n) > offset) await access.commitBack(offset);
    logResumePosition(logger, offsets, ledger, offset);
    return { offset, epoch: ledger.tail && epochBefore(ledger.tail, offset, ledger.nextOffset) };
  }

  /** The offset from which on the log may differ from the one in the ledger; undefined if it does not. */
  async #findTruncation(offsets: PartitionOffsets, ledger: Ledger): Promise<bigint | undefined> {
    const { truncation, logger } = this.#options;
    if (truncation === undefined) return undefined;
    const { fetchEpochEnd, fetchRecord } = this.#options.admin;
    const log: PartitionLog = {
      ...offsets,
      findEpochEnd: (epoch) => fetchEpochEnd(offsets, epoch),
      readRecord: (offset) => fetchRecord(offsets, offset),
    };
    const found = await checkLog(ledger, log, truncation.hashRecord);
    if (found.state === 'truncated') return found.divergence;
    if (found.state === 'unknown' && !this.#unchecked.has(partitionName(offsets))) {
      this.#unchecked.add(partitionName(offsets));
      logUnchecked(logger, offsets, ledger.nextOffset);
    }
    return undefined;
  }

  /**
   * The committed offset first: it must not be ahead of the ledger, and if this process ends before the
   * ledger is set back, the truncation is found again. If another process has moved the ledger, it is opened
   * and checked again.
   */
  async #goBack(
    offsets: PartitionOffsets,
    { nextOffset }: Ledger,
    divergence: bigint,
    { commitBack }: OffsetAccess,
  ): Promise<void> {
    const { truncation, logger } = this.#options;
    if ((offsets.committed ?? 0n) > divergence) await commitBack(divergence);
    if (!(await truncation?.rewindLedger(offsets, nextOffset, divergence))) return;
    warnOfTruncation(logger, offsets, nextOffset, divergence);
    truncation?.onTruncation(offsets);
  }
}

function lowest(offset: bigint | undefined, limit: bigint): bigint | undefined {
  return offset === undefined || offset < limit ? offset : limit;
}
