// A video as the public sees it. What an integrator's video has nothing of stays empty.

import { parseCount } from '../numbers/count.ts';
import type { Count } from '../numbers/count.ts';
import { fieldsOf, listOf, textOf, wholeOf } from './parse.ts';

export type CaptionTrack = Readonly<{ lang: string; label: string; src: string }>;

export type Media = Readonly<{
  src: string;
  type: string;
  poster: string | undefined;
  width: number | undefined;
  height: number | undefined;
}>;

/** One reason for a place in the feed: how much it weighs and what the video has of it. */
export type WhyPart = Readonly<{ code: string; weight: number; value: number }>;

export type Video = Readonly<{
  id: string;
  title: string;
  caption: string;
  tags: readonly string[];
  durationMs: number;
  /** The account of its creator, or an integrator's own name for one. */
  creator: string;
  handle: string | undefined;
  displayName: string;
  avatar: string | undefined;
  captions: readonly CaptionTrack[];
  media: Media | undefined;
  publishedAt: string | undefined;
  commentsCount: Count;
  commentsOff: boolean;
  why: readonly WhyPart[];
}>;

/** A video that can be played here. */
export type PlayableVideo = Video & Readonly<{ media: Media }>;

export function isPlayable(video: Video): video is PlayableVideo {
  return video.media !== undefined;
}

export function parseVideo(value: unknown): Video | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const durationMs = wholeOf(fields['durationMs']);
  if (id === undefined || durationMs === undefined) return undefined;
  const creator = textOf(fields['creator']) ?? '';
  const handle = textOf(fields['handle']);
  return {
    id,
    durationMs,
    creator,
    handle,
    title: textOf(fields['title']) ?? '',
    caption: textOf(fields['caption']) ?? '',
    tags: listOf(fields['tags'], textOf) ?? [],
    displayName: textOf(fields['displayName']) ?? handle ?? creator,
    avatar: textOf(fields['avatar']),
    captions: listOf(fields['captions'], parseTrack) ?? [],
    media: parseMedia(fields['media']),
    publishedAt: textOf(fields['publishedAt']) ?? textOf(fields['createdAt']),
    commentsCount: parseCount(fields['commentsCount']),
    commentsOff: fields['commentsOff'] === true,
    why: listOf(fieldsOf(fields['why'])['parts'], parseWhy) ?? [],
  };
}

function parseMedia(value: unknown): Media | undefined {
  const fields = fieldsOf(value);
  const src = textOf(fields['src']);
  if (src === undefined) return undefined;
  return {
    src,
    type: textOf(fields['type']) ?? 'video/mp4',
    poster: textOf(fields['poster']),
    width: wholeOf(fields['width']),
    height: wholeOf(fields['height']),
  };
}

function parseTrack(value: unknown): CaptionTrack | undefined {
  const fields = fieldsOf(value);
  const lang = textOf(fields['lang']);
  const src = textOf(fields['src']);
  if (lang === undefined || src === undefined) return undefined;
  return { lang, src, label: textOf(fields['label']) ?? lang };
}

function parseWhy(value: unknown): WhyPart | undefined {
  const { code, weight, value: has } = fieldsOf(value);
  if (typeof code !== 'string' || typeof weight !== 'number') return undefined;
  return typeof has === 'number' ? { code, weight, value: has } : undefined;
}
