// Every error code that the API can answer with: stable, from this one list (API.md, RFC 9457).

type ProblemKind = Readonly<{ status: number; title: string; retryable: boolean }>;

const problem = (status: number, title: string, retryable = false): ProblemKind => ({
  status,
  title,
  retryable,
});

export const PROBLEMS = {
  'malformed-json': problem(400, 'The body is not valid JSON'),
  'malformed-line': problem(400, 'A line of the bulk body is not a valid op'),
  'invalid-request': problem(400, 'The request does not fit the contract'),
  'invalid-op': problem(400, 'An op does not fit the contract'),
  'too-many-ops': problem(400, 'Too many ops in one request'),
  'too-many-videos': problem(400, 'Too many videos in one request'),
  'unknown-jurisdiction': problem(400, 'No cell serves this jurisdiction'),
  'password-refused': problem(400, 'The password cannot be used'),
  'passkey-refused': problem(400, 'The passkey cannot be used'),
  'handle-refused': problem(400, 'The handle cannot be used'),
  'captions-invalid': problem(400, 'The captions cannot be used'),
  'image-refused': problem(400, 'The picture cannot be used'),
  'comment-refused': problem(400, 'The comment cannot be taken as it is'),
  'grant-missing': problem(401, 'A session grant is needed'),
  'grant-invalid': problem(401, 'The session grant is not valid'),
  'grant-expired': problem(401, 'The session grant has expired'),
  'key-missing': problem(401, 'A key is needed'),
  'key-invalid': problem(401, 'The key is not known'),
  'key-revoked': problem(401, 'The key was revoked'),
  'sign-in-required': problem(401, 'Sign in first'),
  'wrong-credentials': problem(401, 'Handle or password is wrong'),
  'passkey-unknown': problem(401, 'The passkey is not known here'),
  forbidden: problem(403, 'Not allowed'),
  'likes-private': problem(403, 'What this person likes is private'),
  'comments-off': problem(403, 'The creator takes no comments here'),
  'cross-site': problem(403, 'The request came from another site'),
  'not-found': problem(404, 'Nothing is here'),
  'unknown-video': problem(404, 'The video is not known'),
  'unknown-comment': problem(404, 'The comment is not here'),
  'method-not-allowed': problem(405, 'The method is not allowed here'),
  'request-timeout': problem(408, 'The request took too long to arrive', true),
  'op-window': problem(409, 'An op number is too far ahead of the session'),
  'handle-taken': problem(409, 'The handle is taken'),
  'draft-incomplete': problem(409, 'The draft is not complete'),
  'draft-closed': problem(409, 'It is no draft any more'),
  'upload-exists': problem(409, 'The draft has an upload'),
  'upload-offset': problem(409, 'The upload goes on elsewhere'),
  'no-profile': problem(409, 'A profile is needed first'),
  'case-conflict': problem(409, 'The case is not in a state for this'),
  'changed-meanwhile': problem(409, 'It was changed meanwhile'),
  'too-many': problem(409, 'There are as many as there may be'),
  'video-conflict': problem(409, 'The video is registered differently'),
  'correction-below-zero': problem(409, 'The correction would take the count below zero'),
  'video-removed': problem(410, 'The video was removed'),
  'video-hidden': problem(410, 'The video is hidden'),
  'body-too-large': problem(413, 'The body is too large'),
  'upload-too-large': problem(413, 'The file is too large'),
  'uri-too-long': problem(414, 'The address is too long'),
  'unsupported-media-type': problem(415, 'The content type is not supported'),
  'headers-too-large': problem(431, 'The headers are too large'),
  'rate-limited': problem(429, 'Too many requests', true),
  internal: problem(500, 'Something failed here', true),
  overloaded: problem(503, 'Too many ops are waiting', true),
  'cell-unavailable': problem(503, 'The cell cannot acknowledge now', true),
  'storage-full': problem(503, 'The disk of the cell is full', true),
  'shutting-down': problem(503, 'The server is shutting down', true),
  'catalog-full': problem(507, 'The catalog holds as many videos as it may'),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Wire form of an error; extension members (such as `line`) stand beside these. */
export type ProblemDocument = Readonly<{
  type: string;
  title: string;
  status: number;
  detail: string;
  code: ProblemCode;
  retryable: boolean;
}>;

/** The problem document for a code; `detail` says what happened and what to do. */
export function problemDocument(code: ProblemCode, detail: string): ProblemDocument {
  const { status, title, retryable } = PROBLEMS[code];
  return { type: `urn:holdfast:problem:${code}`, title, status, detail, code, retryable };
}
