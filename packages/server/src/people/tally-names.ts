// Names of tallies: what is counted, and of what.

/** An account's followers in a cell. */
export const followersTally = (account: string): string => `followers/${account}`;
/** A comment's likes in a cell. */
export const commentLikesTally = (comment: string): string => `comment-likes/${comment}`;
/** A video's comments in a cell. */
export const commentsTally = (video: string): string => `comments/${video}`;

/** What begins so is the history of tallies: for the creator, and no public record. */
export const HISTORY_PREFIX = 'history/';

export function isHistoryName(name: string): boolean {
  return name.startsWith(HISTORY_PREFIX);
}
