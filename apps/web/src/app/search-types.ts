export const SEARCH_TYPES = ['videos', 'people', 'tags'] as const;
export type SearchType = (typeof SEARCH_TYPES)[number];
