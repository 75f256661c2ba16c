import type { startRegistration } from '@simplewebauthn/browser';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { writeDay } from '../app/formats.ts';
import { Bones, TroubleNote, TroubleText } from '../app/page.tsx';
import { fieldsOf, listPageOf, textOf, timeOf } from '../app/parse.ts';
import { toast } from '../ui/toast.tsx';
import type { SettingsWords } from './words.ts';

type Passkey = Readonly<{
  id: string;
  name: string;
  createdAt: string | undefined;
  usedAt: string | undefined;
}>;

const NAME_CHARS_MAX = 50;

function parsePasskey(value: unknown): Passkey | undefined {
  const fields = fieldsOf(value);
  const id = textOf(fields['id']);
  if (id === undefined) return undefined;
  return {
    id,
    name: textOf(fields['name']) ?? id,
    createdAt: timeOf(fields['createdAt']),
    usedAt: timeOf(fields['lastUsedAt']),
  };
}

type Options = Parameters<typeof startRegistration>[0];

/** Asks the device for a passkey; `undefined` when it made none. */
async function registrationOf(options: unknown): Promise<unknown> {
  try {
    const browser = await import('@simplewebauthn/browser');
    // The form is the browser's to check: it refuses what it cannot take.
    return await browser.startRegistration({ optionsJSON: options } as Options);
  } catch {
    return undefined;
  }
}

export function PasskeysSection({ t }: Readonly<{ t: SettingsWords }>): ReactElement {
  const passkeys = useQuery({
    queryKey: ['passkeys'],
    queryFn: () => valueOf(ask('/v1/me/passkeys', listPageOf(parsePasskey))),
  });
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const remove = async (id: string): Promise<void> => {
    const answer = await ask(`/v1/me/passkeys/${id}`, done, { method: 'DELETE' });
    setTrouble(answer.kind === 'ok' ? null : answer);
    if (answer.kind === 'ok') toast(t('passkeys.removed'));
    await passkeys.refetch();
  };
  return (
    <div className="stack">
      <div>
        <h3>{t('passkeys')}</h3>
        <p className="small soft">{t('passkeys.hint')}</p>
      </div>
      {passkeys.isPending && <Bones lines={2} />}
      {passkeys.isError && (
        <TroubleNote trouble={troubleOf(passkeys.error)} onRetry={() => void passkeys.refetch()} />
      )}
      {passkeys.data?.items.length === 0 && <p>{t('passkeys.none')}</p>}
      {passkeys.data !== undefined && passkeys.data.items.length > 0 && (
        <ul className="settings-list">
          {passkeys.data.items.map(({ id, name, createdAt, usedAt }) => (
            <li key={id}>
              <span>
                <bdi>{name}</bdi>
                <span className="small soft">
                  {createdAt !== undefined && t('passkeys.made', { day: writeDay(createdAt) })}
                  {usedAt !== undefined && ` · ${t('passkeys.used', { day: writeDay(usedAt) })}`}
                </span>
              </span>
              <button
                className="button"
                type="button"
                aria-label={t('passkeys.removeOne', { name })}
                onClick={() => void remove(id)}
              >
                {t('passkeys.remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
      {trouble !== null && (
        <p className="field-fault" role="alert">
          {t('failed')} <TroubleText trouble={trouble} />
        </p>
      )}
      <AddPasskey t={t} onAdded={() => void passkeys.refetch()} />
    </div>
  );
}

type AddProps = Readonly<{ t: SettingsWords; onAdded: () => void }>;

function AddPasskey({ t, onAdded }: AddProps): ReactElement {
  const id = useId();
  const [name, setName] = useState<string | null>(null);
  const [fault, setFault] = useState<Trouble | 'cancelled' | null>(null);
  if (!('PublicKeyCredential' in globalThis)) return <p className="soft">{t('passkeys.cannot')}</p>;
  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setFault(null);
    const options = await ask('/v1/me/passkeys/options', fieldsOf, { method: 'POST', body: {} });
    if (options.kind !== 'ok') {
      setFault(options);
      return;
    }
    const response = await registrationOf(options.value);
    if (response === undefined) {
      setFault('cancelled');
      return;
    }
    const body = { response, name: (name ?? '').trim() };
    const answer = await ask('/v1/me/passkeys', done, { method: 'POST', body });
    if (answer.kind !== 'ok') {
      setFault(answer);
      return;
    }
    toast(t('passkeys.added'));
    setName(null);
    onAdded();
  };
  if (name === null) {
    return (
      <div>
        <button className="button" type="button" onClick={() => setName('')}>
          {t('passkeys.add')}
        </button>
      </div>
    );
  }
  return (
    <form className="stack" onSubmit={(event) => void add(event)}>
      <div className="field">
        <label htmlFor={id}>{t('passkeys.name')}</label>
        <input
          id={id}
          dir="auto"
          required
          maxLength={NAME_CHARS_MAX}
          value={name}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setName(event.target.value)}
        />
        <p id={`${id}-hint`} className="small soft">
          {t('passkeys.nameHint')}
        </p>
      </div>
      {fault !== null && (
        <p className="field-fault" role="alert">
          {fault === 'cancelled' ? t('passkeys.cancelled') : <TroubleText trouble={fault} />}
        </p>
      )}
      <div>
        <button className="button" data-kind="main" type="submit" disabled={name.trim() === ''}>
          {t('passkeys.addDo')}
        </button>
      </div>
    </form>
  );
}
