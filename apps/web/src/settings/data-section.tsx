// One's data as a file, and the end of the account.

import { useNavigate } from '@tanstack/react-router';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { TroubleText } from '../app/page.tsx';
import { sessionChanged } from '../app/session.ts';
import type { Me } from '../app/session.ts';
import { Dialog } from '../ui/dialog.tsx';
import { toast } from '../ui/toast.tsx';
import { Group } from './group.tsx';
import type { SettingsWords } from './words.ts';

type DataProps = Readonly<{ t: SettingsWords; me: Me }>;

export function DataSection({ t, me }: DataProps): ReactElement {
  const [isAsked, setIsAsked] = useState(false);
  return (
    <>
      <Group title={t('data.title')} hint={t('data.hint')}>
        <div>
          <a className="button" href="/v1/me/export" download={`holdfast-${me.handle}.json`}>
            {t('data.get')}
          </a>
        </div>
      </Group>
      <Group title={t('delete.title')} hint={t('delete.hint')}>
        <div>
          <button className="button" data-kind="bad" type="button" onClick={() => setIsAsked(true)}>
            {t('delete.do')}
          </button>
        </div>
      </Group>
      {isAsked && <DeleteDialog t={t} me={me} onClose={() => setIsAsked(false)} />}
    </>
  );
}

const CONSEQUENCES = ['likes', 'views', 'videos', 'comments', 'undo'] as const;

type DeleteProps = DataProps & Readonly<{ onClose: () => void }>;

function DeleteDialog({ t, me, onClose }: DeleteProps): ReactElement {
  const id = useId();
  const navigate = useNavigate();
  const [typed, setTyped] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const isConfirmed = typed.trim().replace(/^@/, '') === me.handle;
  const remove = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!isConfirmed) return;
    setIsBusy(true);
    const answer = await ask('/v1/me', done, { method: 'DELETE' });
    setIsBusy(false);
    if (answer.kind !== 'ok') {
      setTrouble(answer);
      return;
    }
    toast(t('delete.done'));
    await navigate({ to: '/' });
    await sessionChanged();
  };
  return (
    <Dialog title={t('delete.ask', { handle: me.handle })} onClose={onClose}>
      <form className="stack" onSubmit={(event) => void remove(event)}>
        <ul className="consequences">
          {CONSEQUENCES.map((one) => (
            <li key={one}>{t(`delete.${one}`)}</li>
          ))}
        </ul>
        <div className="field">
          <label htmlFor={id}>
            <bdi>{t('delete.confirm', { handle: me.handle })}</bdi>
          </label>
          <input
            id={id}
            dir="auto"
            autoComplete="off"
            autoCapitalize="none"
            spellCheck={false}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </div>
        {trouble !== null && (
          <p className="field-fault" role="alert">
            {t('delete.failed')} <TroubleText trouble={trouble} />
          </p>
        )}
        <div className="row">
          <button
            className="button"
            data-kind="bad"
            type="submit"
            disabled={!isConfirmed || isBusy}
          >
            {t('delete.now')}
          </button>
          <button className="button" type="button" onClick={onClose}>
            {t('delete.keep')}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
