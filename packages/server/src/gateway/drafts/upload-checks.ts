// What happens when the last byte of an upload is in: the file is looked at, and becomes the file of
// its draft or is refused. Begun again by whoever reads the draft when a crash came in between.
//
// Rules: docs/spec/uploads.md (UP13, UP17, UP20).

import type { PublicCatalog } from '../../catalog/public-catalog.ts';
import type { CheckUpload } from '../../media/check-upload.ts';
import { UPLOAD_PROBLEMS } from '../../media/container.ts';
import type { Checked, UploadProblem } from '../../media/container.ts';
import type { MediaStore } from '../../media/media-store.ts';
import type { Uploads } from '../../media/uploads.ts';
import type { DraftBody, DraftUpload } from '../../people/draft.ts';
import type { Account } from '../signed-in.ts';
import { changeDraft, draftOf, NO_DRAFT } from './draft-file.ts';
import type { Draft } from './draft-file.ts';

export type UploadParts = Readonly<{
  known: PublicCatalog;
  media: MediaStore;
  uploads: Uploads;
  checkUpload: CheckUpload;
  onFailed: (cause: unknown) => void;
}>;

export const NO_UPLOAD: DraftUpload = { state: 'none', id: null, total: 0, problem: null };

/** Whether it is still open what becomes of it. */
const isUnderWay = ({ state }: DraftUpload): boolean =>
  state === 'receiving' || state === 'checking';

export type UploadChecks = Readonly<{
  /** Brings a draft to where its upload is, and tells how much of that has come. */
  settle: (me: Account, draft: Draft) => Promise<Readonly<{ draft: Draft; received: number }>>;
  /** Resolves when nothing is looked at any more. */
  idle: () => Promise<void>;
}>;

export function uploadChecks(parts: UploadParts): UploadChecks {
  const { uploads, onFailed } = parts;
  const running = new Map<string, Promise<void>>();

  const begin = (me: Account, draft: Draft, upload: string): void => {
    if (running.has(upload)) return;
    const done = check(parts, me, draft, upload)
      .catch(onFailed)
      .finally(() => running.delete(upload));
    running.set(upload, done);
  };

  return {
    settle: async (me, draft) => {
      const { upload } = draft.body;
      if (upload.id === null || !isUnderWay(upload)) return { draft, received: 0 };
      const received = await uploads.received(me.jurisdiction, upload.id);
      if (received === undefined) {
        const isRunning = running.has(upload.id);
        return { draft: isRunning ? draft : await expire(parts, me, draft), received: 0 };
      }
      if (received < upload.total) return { draft, received };
      const checking =
        upload.state === 'checking'
          ? draft
          : await changeUpload(parts, me, draft, { ...upload, state: 'checking' });
      if (isUnderWay(checking.body.upload)) begin(me, checking, upload.id);
      return { draft: checking, received };
    },
    idle: async () => {
      await Promise.all(running.values());
    },
  };
}

async function check(
  { known, media, uploads, checkUpload }: UploadParts,
  me: Account,
  { id, body: { video } }: Draft,
  upload: string,
): Promise<void> {
  const { jurisdiction } = me;
  const path = uploads.path(jurisdiction, upload);
  const checked = await checkUpload(path);
  const file = checked.kind === 'video' ? `video-${upload.slice(-16)}.${checked.ending}` : '';
  if (checked.kind === 'video') {
    await media.adopt(jurisdiction, { of: 'video', id: video }, file, path);
  }
  const done = await changeDraft(
    me,
    known,
    () => draftOf(me, id),
    ({ body }) => {
      const isOpen = body.upload.id === upload && isUnderWay(body.upload);
      return isOpen ? { body: after(body, checked, file) } : NO_DRAFT;
    },
  );
  // The draft may have gone meanwhile; when it only cannot be reached now, it is tried again.
  if (done.kind === 'refusal' && done.code !== 'not-found') return;
  if (done.kind === 'refusal' && checked.kind === 'video') {
    await media.remove(jurisdiction, { of: 'video', id: video }, file);
  }
  await uploads.remove(jurisdiction, upload);
}

function after(body: DraftBody, checked: Checked, file: string): DraftBody {
  const { upload } = body;
  if (checked.kind === 'refused') {
    const problem = problemOf(checked.problem);
    return { ...body, upload: { ...upload, state: 'refused', problem }, media: null };
  }
  const { durationMs, width, height, type } = checked;
  const media = { file, type, bytes: upload.total };
  const ready: DraftUpload = { ...upload, state: 'ready', problem: null };
  return { ...body, upload: ready, media, durationMs, width, height };
}

export function problemOf(code: UploadProblem): NonNullable<DraftUpload['problem']> {
  return { code, detail: UPLOAD_PROBLEMS[code] };
}

/** What had come was removed because nothing more came. */
function expire(parts: UploadParts, me: Account, draft: Draft): Promise<Draft> {
  return changeUpload(parts, me, draft, { ...NO_UPLOAD, problem: problemOf('expired') });
}

/** Changes an upload that is under way; what others came to meanwhile stays, and is returned. */
async function changeUpload(
  { known }: UploadParts,
  me: Account,
  draft: Draft,
  upload: DraftUpload,
): Promise<Draft> {
  let current = draft;
  const changed = await changeDraft(
    me,
    known,
    () => draftOf(me, draft.id),
    (found) => {
      current = found;
      const { body } = found;
      const isOpen = body.upload.id === draft.body.upload.id && isUnderWay(body.upload);
      return isOpen ? { body: { ...body, upload } } : NO_DRAFT;
    },
  );
  return changed.kind === 'refusal' ? current : changed;
}
