// A comment as the API shows it. Rules: docs/spec/comments.md (CM3, CM10, CM13, CM17).

import type { Count } from '@holdfast/protocol/counts.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { PublicComment } from '../../border/public-records.ts';
import { commentLikesTally } from '../../people/tally-names.ts';
import { timeText } from '../answers.ts';
import { personView } from '../person-view.ts';
import type { PersonView } from '../person-view.ts';
import type { CommentedVideo } from './commented-video.ts';

export type CommentView = Readonly<{
  id: string;
  video: string;
  parent: string | null;
  author: PersonView | null;
  text: string;
  createdAt: string;
  likes: Count;
  /** `null` while the home cell of whoever asks is silent. */
  likedByMe: boolean | null;
  pinned: boolean;
  isCreator: boolean;
  state: 'published' | 'held' | 'deleted';
  replies: Readonly<{ count: number }>;
}>;

export type ViewSources = Pick<
  PublicCatalog,
  'profileOf' | 'tally' | 'moderationOf' | 'repliesCount'
>;

const UNKNOWN: Count = { value: null, state: 'unknown', asOf: null };

/** A comment as it is kept, public or not. */
export type CommentHeld = Omit<PublicComment, 'type'> & Readonly<{ state: 'published' | 'held' }>;

export function commentView(
  publicCatalog: ViewSources,
  video: Pick<CommentedVideo, 'creator' | 'pinned'>,
  held: CommentHeld,
  likedByMe: boolean | null,
): CommentView {
  const { comment: id, account, parent, text, createdAtMs, state } = held;
  const profile = publicCatalog.profileOf(account);
  return {
    id,
    video: held.video,
    parent,
    author: profile === undefined ? null : personView(profile),
    text,
    createdAt: timeText(createdAtMs),
    likes: publicCatalog.tally(commentLikesTally(id)),
    likedByMe,
    pinned: video.pinned === id,
    isCreator: video.creator?.account === account,
    state,
    replies: { count: publicCatalog.repliesCount(id) },
  };
}

/** What stands where a comment with replies is gone. */
export function stubView(
  publicCatalog: ViewSources,
  { comment: id, video, atMs }: Readonly<{ comment: string; video: string; atMs: number }>,
): CommentView {
  return {
    id,
    video,
    parent: null,
    author: null,
    text: '',
    createdAt: timeText(atMs),
    likes: UNKNOWN,
    likedByMe: false,
    pinned: false,
    isCreator: false,
    state: 'deleted',
    replies: { count: publicCatalog.repliesCount(id) },
  };
}
