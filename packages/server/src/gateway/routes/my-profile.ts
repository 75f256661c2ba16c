// PUT /v1/me/profile, PUT and DELETE /v1/me/avatar: what a person says of themselves; and the
// pictures, for everybody.
//
// Rules: docs/spec/people.md (PE40, PE41, PE45, PE46).

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { BIO_CHARS_MAX, DISPLAY_NAME_CHARS_MAX } from '../../border/public-records.ts';
import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import { IMAGE_TYPES, imageTypeOf } from '../../media/image.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { WritingOf } from '../../people/kinds.ts';
import type { ProfileBody } from '../../people/profile.ts';
import { objectBody, pathPart, sendJson } from '../answers.ts';
import type { Body } from '../answers.ts';
import { NOT_FOUND } from '../http-errors.ts';
import { sendMedia } from '../media-file.ts';
import { writeAs, writerOf, writingAbout } from '../person.ts';
import { PICTURE_PATH } from '../picture-address.ts';
import { refusal, sendRefusal } from '../refusal.ts';
import type { Refusal } from '../refusal.ts';
import type { Account, WhoIsSignedIn } from '../signed-in.ts';
import { lineOf, textOf } from '../words.ts';
import { isZone } from '../zone.ts';
import { ownProfile } from './own-profile.ts';

export type MyProfileParts = Readonly<{
  whoIs: WhoIsSignedIn;
  known: PublicCatalog;
  media: MediaStore;
}>;

export const AVATAR_BYTES_MAX: number = 512 * 1024;

const NOT_A_PICTURE = refusal(
  'image-refused',
  'The body is no JPEG, PNG or WebP picture, so the one before was kept. Choose a picture of one ' +
    'of these kinds.',
);
const NO_PROFILE = refusal(
  'no-profile',
  'A picture belongs to a profile, and yours is not published yet. PUT /v1/me/profile first.',
);

export function addMyProfileRoutes(app: FastifyInstance, parts: MyProfileParts): void {
  app.put('/v1/me/profile', (request, reply) => putProfile(parts, request, reply));
  app.delete('/v1/me/avatar', (request, reply) =>
    changeAvatar(parts, request, reply, async () => null),
  );
  void app.register(async (scope) => {
    const options = { parseAs: 'buffer', bodyLimit: AVATAR_BYTES_MAX } as const;
    scope.addContentTypeParser([...IMAGE_TYPES], options, (_request, body, done) => {
      done(null, body);
    });
    scope.put('/v1/me/avatar', (request, reply) =>
      changeAvatar(parts, request, reply, async ({ jurisdiction, account }) => {
        const bytes = request.body;
        const type = Buffer.isBuffer(bytes) ? imageTypeOf(bytes) : undefined;
        if (!Buffer.isBuffer(bytes) || type === undefined) return NOT_A_PICTURE;
        const name = { stem: 'avatar', ending: type.ending };
        return parts.media.put(jurisdiction, { of: 'person', id: account }, name, bytes);
      }),
    );
  });
  app.get(`${PICTURE_PATH}:account/:file`, async (request, reply) => {
    const account = pathPart(request, 'account');
    const file = pathPart(request, 'file');
    const profile = parts.known.profileOf(account);
    if (profile?.record.avatar !== file) return sendRefusal(reply, NOT_FOUND);
    const { jurisdiction } = profile;
    const found = await parts.media.find(jurisdiction, { of: 'person', id: account }, file);
    return found === undefined
      ? sendRefusal(reply, NOT_FOUND)
      : sendMedia(request, reply, { file, found, cache: 'public' });
  });
}

async function putProfile(
  parts: MyProfileParts,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const body = objectBody(request);
  if (body.kind === 'refusal') return sendRefusal(reply, body);
  const wanted = profileIn(body.value);
  if ('kind' in wanted) return sendRefusal(reply, wanted);
  const before = await writingAbout(me, 'profile', '');
  if (before.kind === 'refusal') return sendRefusal(reply, before);
  const avatar = before.writing?.body.avatar ?? null;
  return put(parts, me, reply, before.writing, { ...wanted, avatar });
}

/** Changes the picture of a profile; what it had before is removed. */
async function changeAvatar(
  parts: MyProfileParts,
  request: FastifyRequest,
  reply: FastifyReply,
  next: (me: Account) => Promise<string | null | Refusal>,
): Promise<FastifyReply> {
  const me = await writerOf(parts.whoIs, request, reply);
  if (me.kind === 'refusal') return sendRefusal(reply, me);
  const before = await writingAbout(me, 'profile', '');
  if (before.kind === 'refusal') return sendRefusal(reply, before);
  if (before.writing === undefined) return sendRefusal(reply, NO_PROFILE);
  const avatar = await next(me);
  if (typeof avatar === 'object' && avatar !== null) return sendRefusal(reply, avatar);
  const { body } = before.writing;
  const sent = await put(parts, me, reply, before.writing, { ...body, avatar });
  const owner = { of: 'person', id: me.account } as const;
  const unused = reply.statusCode === 200 ? body.avatar : avatar;
  if (unused !== null) await parts.media.remove(me.jurisdiction, owner, unused);
  return sent;
}

async function put(
  { known }: MyProfileParts,
  me: Account,
  reply: FastifyReply,
  before: WritingOf<'profile'> | undefined,
  body: ProfileBody,
): Promise<FastifyReply> {
  const expected = before?.updatedAtMs ?? null;
  const written = await writeAs(me, known, {
    puts: [{ kind: 'profile', target: '', body, expected }],
  });
  if (written.kind === 'refusal') return sendRefusal(reply, written);
  return sendJson(reply, 200, ownProfile(me, body));
}

function profileIn(body: Body): Omit<ProfileBody, 'avatar'> | Refusal {
  const { likesPublic, timeZone } = body;
  const displayName = lineOf(body['displayName'], DISPLAY_NAME_CHARS_MAX);
  const bio = textOf(body['bio'] ?? '', BIO_CHARS_MAX);
  if (displayName === undefined || displayName === '') {
    const detail = `displayName must be 1 to ${DISPLAY_NAME_CHARS_MAX} characters in one line.`;
    return refusal('invalid-request', detail);
  }
  if (bio === undefined) {
    return refusal('invalid-request', `bio must be text of at most ${BIO_CHARS_MAX} characters.`);
  }
  if (likesPublic !== undefined && typeof likesPublic !== 'boolean') {
    return refusal('invalid-request', 'likesPublic must be true or false.');
  }
  if (timeZone !== undefined && (typeof timeZone !== 'string' || !isZone(timeZone))) {
    return refusal('invalid-request', 'timeZone must be a name such as Europe/Berlin or UTC.');
  }
  return { displayName, bio, likesPublic: likesPublic ?? false, timeZone: timeZone ?? 'UTC' };
}
