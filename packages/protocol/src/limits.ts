// Limits of the wire contract. Each is enforced at the edge and named in docs/spec/api.md.

/** Ops in one `POST /v1/ops`. */
export const OPS_PER_REQUEST_MAX = 256;
/** Bytes in one `POST /v1/ops` body. */
export const OPS_BODY_BYTES_MAX = 64 * 1024;
/** Lines in one `POST /v1/ops/bulk`. */
export const BULK_LINES_MAX = 10_000;
/** Bytes in one `POST /v1/ops/bulk` body. */
export const BULK_BODY_BYTES_MAX = 4 * 1024 * 1024;
/** Bytes in any other JSON body. */
export const JSON_BODY_BYTES_MAX = 16 * 1024;
/** Videos in one `GET /v1/counts`. */
export const COUNTS_VIDEOS_MAX = 100;
/** Unacknowledged ops of one session, and so how far `n` may run ahead of the highest seen. */
export const SESSION_WINDOW_OPS = 64;
/** Largest op number of a session: beyond it a new session is due. */
export const OP_NUMBER_MAX = 2 ** 40;
/** Longest watch time that one op may claim: a day. */
export const WATCHED_MS_MAX = 86_400_000;
/** Longest video that can be registered: a day. */
export const DURATION_MS_MAX = 86_400_000;
/** Longest title of a video, in characters. */
export const TITLE_CHARS_MAX = 200;
/** Longest note of a correction, in characters. */
export const NOTE_CHARS_MAX = 500;
/** Corrections of one video that one cell lists, the newest. */
export const CORRECTIONS_LISTED_MAX = 1_000;
/** How long a session may send ops after it began: 7 days. */
export const SESSION_LIFE_MS = 7 * 86_400_000;
/** A count is `live` while every contributing cell's watermark is younger than this. */
export const LIVE_AGE_MS_MAX = 2_000;
/** Longest wait of a read that names a position with `after`. */
export const AFTER_WAIT_MS_MAX = 1_000;
