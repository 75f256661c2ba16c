// Publications on their way from a cell to a gateway, several in a chunk. Pure.
//
// Rules: docs/spec/wire.md (W107 to W109). The jurisdiction is not written: the stream is that of
// one cell, and what it says is of no other.

import { ByteReader, FormatError } from '@holdfast/engine/codec/bytes.ts';
import type { ByteWriter } from '@holdfast/engine/codec/bytes.ts';
import { isVideoId } from '@holdfast/protocol/ids.ts';
import type { Epoch, Jurisdiction, Seq, VideoId } from '@holdfast/protocol/ids.ts';
import type { Publication, SubtotalsPublication } from '../../border/publication.ts';
import { CHUNK_VIDEOS_MAX } from './cell-wire.ts';
import type { WireFault } from './ops-wire.ts';

const KIND = { subtotals: 1, watermark: 2 } as const;

export function writePublication(writer: ByteWriter, publication: Publication): void {
  writer.byte(KIND[publication.kind]);
  writer.uint(publication.epoch);
  writer.uint(publication.seq);
  if (publication.kind === 'watermark') {
    writer.uint(publication.atMs);
    return;
  }
  const { videos, likes, views } = publication;
  writer.uint(videos.length);
  for (const [index, video] of videos.entries()) {
    writer.text(video);
    writer.int(likes[index] ?? 0);
    writer.int(views[index] ?? 0);
  }
}

/** Reads a chunk that a cell sent. Never throws for what it sent. */
export function readPublications(
  bytes: Uint8Array,
  jurisdiction: Jurisdiction,
): readonly Publication[] | WireFault {
  const reader = new ByteReader(bytes);
  const publications: Publication[] = [];
  let videos = 0;
  try {
    while (!reader.atEnd) {
      const publication = readPublication(reader, jurisdiction);
      publications.push(publication);
      if (publication.kind === 'subtotals') videos += publication.videos.length;
      if (videos > CHUNK_VIDEOS_MAX) throw new FormatError('a chunk has too many videos');
    }
    return publications;
  } catch (cause) {
    if (cause instanceof FormatError) return { kind: 'fault', detail: cause.message };
    throw cause;
  }
}

function readPublication(reader: ByteReader, jurisdiction: Jurisdiction): Publication {
  const kind = reader.byte();
  const epoch = reader.uint() as Epoch;
  const seq = reader.uint() as Seq;
  if (epoch < 1) throw new FormatError('a publication is of no epoch');
  if (kind === KIND.watermark) {
    const atMs = reader.uint();
    if (Number.isNaN(new Date(atMs).getTime())) throw new FormatError('a watermark has no time');
    return { kind: 'watermark', jurisdiction, epoch, seq, atMs };
  }
  if (kind !== KIND.subtotals) throw new FormatError(`publication kind ${kind} is not known`);
  return { kind: 'subtotals', jurisdiction, epoch, seq, ...readColumns(reader) };
}

function readColumns(reader: ByteReader): Pick<SubtotalsPublication, 'videos' | 'likes' | 'views'> {
  const count = reader.uint();
  // Before room is made for them.
  if (count > CHUNK_VIDEOS_MAX) throw new FormatError('a publication has too many videos');
  const videos: VideoId[] = [];
  const likes = new Float64Array(count);
  const views = new Float64Array(count);
  for (let index = 0; index < count; index += 1) {
    const video = reader.text();
    if (!isVideoId(video)) throw new FormatError('a video has an odd id');
    videos.push(video);
    likes[index] = reader.int();
    views[index] = reader.int();
  }
  return { videos, likes, views };
}
