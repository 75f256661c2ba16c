// Limits of the front door beyond those of the wire contract; docs/spec/api.md states them.

export type GatewayLimits = Readonly<{
  /** Open connections; one more is closed at once (A12). */
  connectionsMax: number;
  /** A connection on which nothing moves is closed (A12). */
  connectionIdleMs: number;
  /** Headers (A9). */
  headersTimeoutMs: number;
  /** A whole request, body included (A9). */
  requestTimeoutMs: number;
  /** A part of an upload; a slow line takes minutes for what a fast one sends in a second. */
  uploadTimeoutMs: number;
  /** How often timeouts are looked for. */
  timeoutCheckMs: number;
  keepAliveTimeoutMs: number;
  /** Anonymous and account sessions of one remote address (A22). */
  sessionsBurst: number;
  sessionsPerSecond: number;
  /** Remote addresses whose buckets are remembered, twice this at most. */
  remotesMax: number;
  /** Requests for ops of one grant (A35). */
  grantBurst: number;
  grantPerSecond: number;
  /** Open streams of counts (A53). */
  streamsMax: number;
  streamsPerRemoteMax: number;
  heartbeatMs: number;
}>;

export const GATEWAY_LIMITS: GatewayLimits = {
  connectionsMax: 20_000,
  connectionIdleMs: 120_000,
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  uploadTimeoutMs: 900_000,
  timeoutCheckMs: 2_000,
  keepAliveTimeoutMs: 72_000,
  sessionsBurst: 1_000,
  sessionsPerSecond: 50,
  remotesMax: 50_000,
  grantBurst: 10_000,
  grantPerSecond: 10_000,
  streamsMax: 2_000,
  streamsPerRemoteMax: 100,
  heartbeatMs: 5_000,
};

/** Largest headers of a request, address included (A10). */
export const HEADER_BYTES_MAX: number = 16 * 1024;
/** Longest query of an address (A10). */
export const QUERY_CHARS_MAX = 8_192;
/** Positions that one read may wait for (A50). */
export const AFTER_MAX = 16;
/** Likes in one page (A54). */
export const LIKES_PAGE_ITEMS = 50;
/** Videos in one page of the feed, unless the query says otherwise (A48). */
export const FEED_PAGE_ITEMS = 20;
/** Buckets in one series (A62). */
export const SERIES_BUCKETS_MAX = 10_000;
