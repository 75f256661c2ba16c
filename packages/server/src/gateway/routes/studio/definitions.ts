// What each number of the studio means, in the words that go with it.

import type { StudioMetric } from './studio-series.ts';

export const DEFINITIONS: Readonly<Record<StudioMetric, string>> = {
  views:
    'Watched for at least 2 s or half of the video, whichever is shorter; at most 10 a viewer, ' +
    'video and day; your own do not count. Rule holdfast-1.',
  engagedViews: 'Views that reached at least half of the video, by watch time. Counted by UTC day.',
  likes: 'Likes that were added in the period, less those that were taken back or erased.',
  comments:
    'Comments and replies on these videos that can be seen; in a line, as many as there were at ' +
    'the end of each day or hour.',
  watchMs: 'How long videos were watched, by every start, also by those too short for a view.',
  uniqueViewers:
    'People and anonymous sessions with at least one view, each once in the period. Exact up to ' +
    '1,024, estimated beyond with a standard error of 0.81 %. Counted by UTC day.',
  followers:
    'Everybody who follows you; in a line, as many as there were at the end of each day or hour.',
};

/** Names of the definitions above: another wording keeps its name, another meaning gets a new one. */
export const DEFINITION_CODES: Readonly<Record<StudioMetric, string>> = {
  views: 'views-holdfast-1',
  engagedViews: 'engaged-views-half',
  likes: 'likes-net',
  comments: 'comments-total',
  watchMs: 'watch-time-all-starts',
  uniqueViewers: 'unique-viewers-estimated',
  followers: 'followers-total',
};
