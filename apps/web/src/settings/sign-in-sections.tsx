// The password, and the places where somebody is signed in.

import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeAgo, writeDay } from '../app/formats.ts';
import { Bones, TroubleNote, TroubleText } from '../app/page.tsx';
import { fieldsOf, listPageOf, textOf, timeOf } from '../app/parse.ts';
import { Chip } from '../ui/chip.tsx';
import { toast } from '../ui/toast.tsx';
import type { SettingsWords } from './words.ts';

export function PasswordForm({ t }: Readonly<{ t: SettingsWords }>): ReactElement {
  const id = useId();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const [isBusy, setIsBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsBusy(true);
    const body = { current, next };
    const answer = await ask('/v1/me/password', done, { method: 'POST', body });
    setIsBusy(false);
    setTrouble(answer.kind === 'ok' ? null : answer);
    if (answer.kind !== 'ok') return;
    setCurrent('');
    setNext('');
    toast(t('password.done'));
  };
  return (
    <form className="stack" onSubmit={(event) => void change(event)}>
      <h3>{t('password')}</h3>
      <div className="settings-pair">
        <div className="field">
          <label htmlFor={`${id}-current`}>{t('password.current')}</label>
          <input
            id={`${id}-current`}
            type="password"
            autoComplete="current-password"
            required
            value={current}
            onChange={(event) => setCurrent(event.target.value)}
          />
        </div>
        <div className="field">
          <label htmlFor={`${id}-next`}>{t('password.next')}</label>
          <input
            id={`${id}-next`}
            type="password"
            autoComplete="new-password"
            required
            value={next}
            aria-describedby={`${id}-hint`}
            onChange={(event) => setNext(event.target.value)}
          />
        </div>
      </div>
      <p id={`${id}-hint`} className="small soft">
        {t('password.hint')}
      </p>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('password.failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <div>
        <button className="button" type="submit" disabled={isBusy || current === '' || next === ''}>
          {t('password.change')}
        </button>
      </div>
    </form>
  );
}

type SignIn = Readonly<{ id: string; isCurrent: boolean; createdAt: string; usedAt: string }>;

function parseSignIn(value: unknown): SignIn | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  const createdAt = timeOf(fields['createdAt']);
  if (id === undefined || createdAt === undefined) return undefined;
  const usedAt = timeOf(fields['usedAt']) ?? createdAt;
  return { id, createdAt, usedAt, isCurrent: fields['current'] === true };
}

export function SignIns({ t }: Readonly<{ t: SettingsWords }>): ReactElement {
  const [nowMs] = useState(() => Date.now());
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const found = useQuery({
    queryKey: ['sign-ins'],
    queryFn: () => valueOf(ask('/v1/me/sign-ins', listPageOf(parseSignIn))),
  });
  const items = found.data?.items ?? [];
  const others = items.filter(({ isCurrent }) => !isCurrent);
  const end = async (ids: readonly string[]): Promise<void> => {
    setTrouble(null);
    for (const id of ids) {
      const answer = await ask(`/v1/me/sign-ins/${id}`, done, { method: 'DELETE' });
      if (answer.kind !== 'ok') setTrouble(answer);
      else toast(t('signIns.ended'));
    }
    await found.refetch();
  };
  return (
    <div className="stack">
      <h3>{t('signIns.title')}</h3>
      {found.isPending && <Bones lines={2} />}
      {found.isError && (
        <TroubleNote trouble={troubleOf(found.error)} onRetry={() => void found.refetch()} />
      )}
      <ul className="settings-list">
        {items.map(({ id, isCurrent, createdAt, usedAt }) => (
          <li key={id}>
            <span>
              {isCurrent ? <Chip tone="good">{t('signIns.current')}</Chip> : t('signIns.other')}
              <span className="small soft">
                {t('signIns.since', { day: writeDay(createdAt), ago: writeAgo(usedAt, nowMs) })}
              </span>
            </span>
            {!isCurrent && (
              <button
                className="button"
                type="button"
                aria-label={t('signIns.endOne', { day: writeDay(createdAt) })}
                onClick={() => void end([id])}
              >
                {t('signIns.end')}
              </button>
            )}
          </li>
        ))}
      </ul>
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      {others.length > 0 && (
        <div>
          <button
            className="button"
            type="button"
            onClick={() => void end(others.map(({ id }) => id))}
          >
            {t('signIns.endOthers')}
          </button>
        </div>
      )}
    </div>
  );
}
