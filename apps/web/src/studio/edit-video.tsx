// Changing a video's words and who sees it, and deleting it. What was typed stays when it fails.

import { useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { ask, done } from '../app/ask.ts';
import type { Answer } from '../app/ask.ts';
import { useWords } from '../app/i18n.ts';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { VISIBILITIES } from './own-video.ts';
import type { OwnVideo, Visibility } from './own-video.ts';
import { studioArea } from './words.ts';
import type { StudioWords } from './words.ts';

const TITLE_CHARS_MAX = 100;
const CAPTION_CHARS_MAX = 2_200;

type Typed = Pick<OwnVideo, 'title' | 'caption' | 'commentsOff'> &
  Readonly<{ visibility: Visibility }>;

type EditProps = Readonly<{ video: OwnVideo; onClose: () => void; onDone: () => void }>;

const pathOf = (video: OwnVideo): string => `/v1/videos/${encodeURIComponent(video.video)}`;

function whyOf(answer: Exclude<Answer<true>, { kind: 'ok' }>, t: StudioWords): string {
  if (answer.kind === 'no-answer') return t('edit.noAnswer');
  return answer.problem.detail === '' ? answer.problem.title : answer.problem.detail;
}

export function EditVideo({ video, onClose, onDone }: EditProps): ReactElement {
  const t = useWords(studioArea);
  const [words, setWords] = useState<Typed>({
    title: video.title,
    caption: video.caption,
    visibility: video.visibility ?? 'public',
    commentsOff: video.commentsOff,
  });
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const save = async (): Promise<void> => {
    setBusy(true);
    setFailed('');
    const answer = await ask(pathOf(video), done, { method: 'PATCH', body: words });
    setBusy(false);
    if (answer.kind !== 'ok') {
      setFailed(t('edit.failed', { why: whyOf(answer, t) }));
      return;
    }
    toast(t('edit.saved'));
    onDone();
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    void save();
  };
  return (
    <Dialog title={t('edit.title')} onClose={onClose}>
      <form className="stack" onSubmit={onSubmit}>
        <Fields words={words} onChange={setWords} />
        <p role="alert">{failed}</p>
        <div>
          <button className="button" data-kind="main" type="submit" disabled={isBusy}>
            {t('edit.save')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

type FieldsProps = Readonly<{ words: Typed; onChange: (words: Typed) => void }>;

const visibilityOf = (value: string): Visibility =>
  VISIBILITIES.find((each) => each === value) ?? 'public';

function Fields({ words, onChange }: FieldsProps): ReactElement {
  const t = useWords(studioArea);
  return (
    <>
      <label className="field">
        <span>{t('edit.name')}</span>
        <input
          required
          maxLength={TITLE_CHARS_MAX}
          value={words.title}
          dir="auto"
          onChange={(event) => onChange({ ...words, title: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{t('edit.caption')}</span>
        <textarea
          rows={4}
          maxLength={CAPTION_CHARS_MAX}
          value={words.caption}
          dir="auto"
          onChange={(event) => onChange({ ...words, caption: event.target.value })}
        />
      </label>
      <label className="field">
        <span>{t('edit.visibility')}</span>
        <select
          value={words.visibility}
          onChange={(event) => onChange({ ...words, visibility: visibilityOf(event.target.value) })}
        >
          {VISIBILITIES.map((each) => (
            <option key={each} value={each}>
              {t(`edit.${each}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="row">
        <input
          type="checkbox"
          checked={words.commentsOff}
          onChange={(event) => onChange({ ...words, commentsOff: event.target.checked })}
        />
        <span>{t('edit.commentsOff')}</span>
      </label>
    </>
  );
}

export function DeleteVideo({ video, onClose, onDone }: EditProps): ReactElement {
  const t = useWords(studioArea);
  const [isBusy, setBusy] = useState(false);
  const [failed, setFailed] = useState('');
  const remove = async (): Promise<void> => {
    setBusy(true);
    const answer = await ask(pathOf(video), done, { method: 'DELETE' });
    setBusy(false);
    if (answer.kind === 'ok') {
      toast(t('delete.done'));
      onDone();
    } else {
      setFailed(t('delete.failed', { why: whyOf(answer, t) }));
    }
  };
  return (
    <Dialog title={t('delete.title')} onClose={onClose}>
      <div className="stack">
        <p>
          <strong dir="auto">{video.title}</strong>
        </p>
        <p>{t('delete.text')}</p>
        <p role="alert">{failed}</p>
        <div className="row">
          <button className="button" type="button" onClick={onClose}>
            {t('delete.cancel')}
          </button>
          <button
            className="button"
            data-kind="main"
            type="button"
            disabled={isBusy}
            onClick={() => void remove()}
          >
            {t('delete.confirm')}
          </button>
        </div>
      </div>
    </Dialog>
  );
}
