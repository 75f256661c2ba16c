// Changes on their way to the thread that stores them: rows of one table as one run of bytes, or of
// numbers where they are nothing else.
//
// Structured cloning of row objects would cost the writer's thread several times as much, and that
// thread is the one which acknowledges ops.

import type { ByteReader, ByteWriter } from '../../codec/bytes.ts';
import type { LikeKey, VideoNo } from '../../counting/numbers.ts';
import type { MinuteRow, PersonRow, SessionRow, VideoRow } from '../../counting/rows.ts';
import type { Entries } from '../state-store.ts';
import { laneBytes } from '../../journal/batch-codec.ts';

export type SqlValue = number | string | Uint8Array;
/** Parameters of one row, in the order of the table's columns. */
export type SqlRow = readonly SqlValue[];

const LANE_BYTES = 32;

/** Numbers as they will be stored (`row-bytes.ts`), behind how many they are. */
function writeNumbers(writer: ByteWriter, numbers: readonly number[]): void {
  writer.uint(numbers.length);
  for (const value of numbers) writer.uint(value);
}

/** The stored form of numbers, without reading them into a list. */
function readNumberBytes(reader: ByteReader): Uint8Array {
  const length = reader.uint();
  const from = reader.at;
  for (let left = length; left > 0; left -= 1) reader.uint();
  return reader.since(from);
}

export function writeSession(writer: ByteWriter, key: string, row: SessionRow): void {
  writer.text(key);
  writer.uint(row.startedAtMs);
  writer.uint(row.highest);
  writer.uint(row.seenLow);
  writer.uint(row.seenHigh);
  writer.uint(row.claimedMs);
  writer.uint(row.capsDay);
  writeNumbers(writer, row.caps);
}

export function readSession(reader: ByteReader): SqlRow {
  return [
    reader.text(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    readNumberBytes(reader),
  ];
}

export function writePerson(writer: ByteWriter, row: PersonRow): void {
  writer.uint(row.person);
  writer.bytes(laneBytes(row.pseudonym));
  writer.text(row.creatorKey);
  writer.uint(row.erasedAtMs);
  writer.uint(row.capsDay);
  writeNumbers(writer, row.caps);
}

export function readPerson(reader: ByteReader): SqlRow {
  return [
    reader.uint(),
    reader.bytes(LANE_BYTES),
    reader.text(),
    reader.uint(),
    reader.uint(),
    readNumberBytes(reader),
  ];
}

export function writeVideo(writer: ByteWriter, row: VideoRow): void {
  writer.uint(row.no);
  writer.text(row.video);
  writer.uint(row.durationMs);
  writer.text(row.creatorKey);
  writer.uint(row.likes);
  writer.int(row.likesCorrected);
  writer.uint(row.views);
  writer.int(row.viewsCorrected);
  writer.uint(row.starts);
  writer.uint(row.loops);
  writer.uint(row.watchMs);
  writer.uint(row.seq);
  writeNumbers(writer, row.tally);
}

export function readVideo(reader: ByteReader): SqlRow {
  return [
    reader.uint(),
    reader.text(),
    reader.uint(),
    reader.text(),
    reader.uint(),
    reader.int(),
    reader.uint(),
    reader.int(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    reader.uint(),
    readNumberBytes(reader),
  ];
}

export type FlushTable = 'sessions' | 'persons' | 'counts';

export const ROW_READERS: Readonly<Record<FlushTable, (reader: ByteReader) => SqlRow>> = {
  sessions: readSession,
  persons: readPerson,
  counts: readVideo,
};

/** Key and time of each like row, one pair behind the other. */
export function likePairs(likes: Entries<LikeKey, number>): Float64Array<ArrayBuffer> {
  const pairs: number[] = [];
  for (const [key, atMs] of likes) pairs.push(key, atMs);
  return new Float64Array(pairs);
}

/** Numbers of a bucket as `bucketNumbers` puts them behind each other, the video first. */
export const BUCKET_NUMBERS = 6;

/** What one minute added to videos, `BUCKET_NUMBERS` for each. */
export function bucketNumbers(rows: Entries<VideoNo, MinuteRow>): Float64Array<ArrayBuffer> {
  const numbers: number[] = [];
  for (const [video, { likes, views, starts, loops, watchMs }] of rows) {
    numbers.push(video, likes, views, starts, loops, watchMs);
  }
  return new Float64Array(numbers);
}
