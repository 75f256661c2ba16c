// Editing one's own profile: name, text, picture, and whether likes are shown.

import { useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done } from '../app/ask.ts';
import type { Answer, Trouble } from '../app/ask.ts';
import { Avatar } from '../app/avatar.tsx';
import { TroubleText } from '../app/page.tsx';
import { sessionChanged } from '../app/session.ts';
import type { Me } from '../app/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { CropPicture } from './crop-picture.tsx';
import type { Person } from './person.ts';
import type { ProfileWords } from './words.ts';
import { FileButton } from '../ui/file-button.tsx';

const NAME_CHARS_MAX = 50;
const BIO_CHARS_MAX = 500;

type EditProps = Readonly<{
  t: ProfileWords;
  me: Me;
  /** `null`: nothing of it is public yet. */
  person: Person | null;
  onClose: () => void;
}>;

/** What becomes of the picture when the rest is saved. */
type Picture = Readonly<
  { kind: 'same' } | { kind: 'new'; blob: Blob; url: string } | { kind: 'none' }
>;

type Typed = Readonly<{ name: string; bio: string; likesPublic: boolean }>;

export function EditProfile({ t, me, person, onClose }: EditProps): ReactElement {
  const queries = useQueryClient();
  const [typed, setTyped] = useState<Typed>({
    name: person?.displayName ?? me.displayName,
    bio: person?.bio ?? me.bio,
    likesPublic: person?.likesPublic ?? false,
  });
  const [picture, setPicture] = useState<Picture>({ kind: 'same' });
  const [cropped, setCropped] = useState<File | null>(null);
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    const answer = await saveProfile(typed, picture);
    setIsBusy(false);
    setTrouble(answer.kind === 'ok' ? null : answer);
    if (answer.kind !== 'ok') return;
    await sessionChanged();
    await queries.invalidateQueries({ queryKey: ['person', me.handle] });
    toast(t('edit.saved'));
    onClose();
  };
  if (cropped !== null) {
    const take = (blob: Blob): void => {
      setPicture({ kind: 'new', blob, url: URL.createObjectURL(blob) });
      setCropped(null);
    };
    return (
      <Dialog title={t('edit.crop')} onClose={() => setCropped(null)}>
        <CropPicture t={t} file={cropped} onDone={take} onClose={() => setCropped(null)} />
      </Dialog>
    );
  }
  const before = person?.avatar ?? me.avatar;
  return (
    <Dialog title={t('edit.title')} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void save(event)}>
        <PictureField
          t={t}
          name={typed.name === '' ? me.handle : typed.name}
          src={{ same: before, new: newUrlOf(picture), none: undefined }[picture.kind]}
          onFile={setCropped}
          onRemove={() => setPicture({ kind: 'none' })}
        />
        <ProfileFields t={t} handle={me.handle} typed={typed} onChange={setTyped} />
        <p className="small soft">{t('edit.public')}</p>
        {trouble !== null && (
          <p className="field-fault" role="alert">
            {t('edit.failed')} <TroubleText trouble={trouble} />
          </p>
        )}
        <div className="row">
          <button className="button" data-kind="main" type="submit" disabled={isBusy}>
            {t(isBusy ? 'edit.saving' : 'edit.save')}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {t('edit.leave')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function newUrlOf(picture: Picture): string | undefined {
  return picture.kind === 'new' ? picture.url : undefined;
}

type PictureProps = Readonly<{
  t: ProfileWords;
  name: string;
  src: string | undefined;
  onFile: (file: File) => void;
  onRemove: () => void;
}>;

function PictureField({ t, name, src, onFile, onRemove }: PictureProps): ReactElement {
  return (
    <div className="row">
      <Avatar name={name} src={src} size="l" />
      <FileButton label={t('edit.choose')} accept="image/*" onFile={onFile} />
      {src !== undefined && (
        <button className="button" data-kind="quiet" type="button" onClick={onRemove}>
          {t('edit.removePicture')}
        </button>
      )}
    </div>
  );
}

type FieldsProps = Readonly<{
  t: ProfileWords;
  handle: string;
  typed: Typed;
  onChange: (typed: Typed) => void;
}>;

function ProfileFields({ t, handle, typed, onChange }: FieldsProps): ReactElement {
  const id = useId();
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-name`}>{t('edit.name')}</label>
        <input
          id={`${id}-name`}
          dir="auto"
          required
          maxLength={NAME_CHARS_MAX}
          value={typed.name}
          aria-describedby={`${id}-hint`}
          onChange={(event) => onChange({ ...typed, name: event.target.value })}
        />
        <p id={`${id}-hint`} className="small soft">
          {t('edit.nameHint', { handle })}
        </p>
      </div>
      <div className="field">
        <label htmlFor={`${id}-bio`}>{t('edit.bio')}</label>
        <textarea
          id={`${id}-bio`}
          dir="auto"
          rows={4}
          maxLength={BIO_CHARS_MAX}
          value={typed.bio}
          onChange={(event) => onChange({ ...typed, bio: event.target.value })}
        />
        <p className="small soft">{t('edit.bioHint')}</p>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={typed.likesPublic}
          onChange={(event) => onChange({ ...typed, likesPublic: event.target.checked })}
        />
        <span>{t('edit.likesPublic')}</span>
      </label>
    </>
  );
}

async function saveProfile(typed: Typed, picture: Picture): Promise<Answer<true>> {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const { name, bio, likesPublic } = typed;
  const body = { displayName: name.trim(), bio, likesPublic, timeZone };
  const written = await ask('/v1/me/profile', done, { method: 'PUT', body });
  return written.kind === 'ok' ? savePicture(picture) : written;
}

async function savePicture(picture: Picture): Promise<Answer<true>> {
  switch (picture.kind) {
    case 'same':
      return { kind: 'ok', value: true };
    case 'new':
      return ask('/v1/me/avatar', done, { method: 'PUT', body: picture.blob });
    case 'none':
      return ask('/v1/me/avatar', done, { method: 'DELETE' });
  }
}
