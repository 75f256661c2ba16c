// A video as its creator edits it. Parsed at the edge.

import { fieldsOf, listOf, textOf, timeOf, wholeOf } from '../app/parse.ts';
import type { Parse } from '../app/parse.ts';

export const VISIBILITIES = ['public', 'unlisted'] as const;
export type Visibility = (typeof VISIBILITIES)[number];

export type CaptionTrack = Readonly<{ lang: string; label: string; src: string }>;

export type OwnVideo = Readonly<{
  video: string;
  title: string;
  caption: string;
  visibility: Visibility | undefined;
  commentsOff: boolean;
  durationMs: number | null;
  /** Where the clip lies, where the platform has it. */
  src: string | null;
  poster: string | null;
  captions: readonly CaptionTrack[];
  publishedAt: string | null;
}>;

const trackOf: Parse<CaptionTrack> = (value) => {
  const fields = fieldsOf(value);
  const [lang, src] = [textOf(fields['lang']), textOf(fields['src'])];
  if (lang === undefined || src === undefined) return undefined;
  return { lang, label: textOf(fields['label']) ?? lang, src };
};

export function ownVideoOf(video: string): Parse<OwnVideo> {
  return (value) => {
    const fields = fieldsOf(value);
    const media = fieldsOf(fields['media']);
    const durationMs = wholeOf(fields['durationMs']);
    if (durationMs === undefined && textOf(fields['title']) === undefined) return undefined;
    return {
      video,
      title: textOf(fields['title']) ?? '',
      caption: textOf(fields['caption']) ?? '',
      visibility: VISIBILITIES.find((each) => each === fields['visibility']),
      commentsOff: fields['commentsOff'] === true,
      durationMs: durationMs === undefined || durationMs === 0 ? null : durationMs,
      src: textOf(media['src']) ?? textOf(fields['src']) ?? null,
      poster: textOf(media['poster']) ?? textOf(fields['poster']) ?? null,
      captions: listOf(fields['captions'] ?? [], trackOf) ?? [],
      publishedAt: timeOf(fields['publishedAt']) ?? null,
    };
  };
}
