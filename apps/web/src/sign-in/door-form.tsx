// The door: one form to sign up or sign in. What goes wrong is said at the field it is about, and
// what was typed stays. Rules WB20-WB22.

import { useEffect, useId, useRef, useState } from 'react';
import type { ReactElement, ReactNode, SubmitEvent } from 'react';
import { ask } from '../app/ask.ts';
import { useLocale, useWords } from '../app/i18n.ts';
import { meNow, sessionChanged } from '../app/session.ts';
import { jurisdictionName } from '../jurisdiction-names.ts';
import { Icon } from '../ui/icon.tsx';
import { toast } from '../ui/toast.tsx';
import { keepHome, readCountries } from './countries.ts';
import type { Countries } from './countries.ts';
import { faultOf, missingField } from './door.ts';
import type { DoorMode, DoorWords, Fault, Field } from './door.ts';
import './door.css';
import { enterWithPasskey, hasPasskeys } from './passkey.ts';
import { doorArea } from './words.ts';

const PATHS: Readonly<Record<DoorMode, string>> = {
  'sign-up': '/v1/accounts',
  'sign-in': '/v1/sign-in',
};

type DoorFormProps = Readonly<{
  mode: DoorMode;
  /** Draws what changes between signing in and up; the form keeps what was typed. */
  tabs: ReactNode;
  onEntered: () => void;
}>;

export function DoorForm({ mode, tabs, onEntered }: DoorFormProps): ReactElement {
  const t = useWords(doorArea);
  const form = useRef<HTMLFormElement>(null);
  const door = useDoor(mode, t, form, onEntered);
  const { fault, isBusy } = door;
  const isNew = mode === 'sign-up';
  return (
    <form
      ref={form}
      className="door"
      noValidate
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        door.submit();
      }}
    >
      {tabs}
      <p className="soft">{t(`${mode}.lead`)}</p>
      <DoorField
        name="handle"
        label={t('handle')}
        value={door.handle}
        onChange={door.setHandle}
        fault={fault}
        hint={isNew ? t('handle.hint') : undefined}
        autoComplete="username"
      />
      <DoorField
        name="password"
        label={t('password')}
        value={door.password}
        onChange={door.setPassword}
        fault={fault}
        hint={isNew ? t('password.hint') : undefined}
        autoComplete={isNew ? 'new-password' : 'current-password'}
      />
      <Where t={t} mode={mode} door={door} />
      <p className="door-fault" role="alert">
        {textAt(fault, 'form')}
      </p>
      <button className="button" data-kind="main" type="submit" aria-disabled={isBusy}>
        {isBusy ? t('busy') : t(mode)}
      </button>
      {!isNew && hasPasskeys() && (
        <button className="button" type="button" aria-disabled={isBusy} onClick={door.passkey}>
          <Icon name="key" />
          {t('passkey')}
        </button>
      )}
    </form>
  );
}

type Door = ReturnType<typeof useDoor>;

/** What was typed, what is wrong with it, and the two ways in. */
function useDoor(
  mode: DoorMode,
  t: DoorWords,
  form: Readonly<{ current: HTMLFormElement | null }>,
  onEntered: () => void,
) {
  const { countries, listing, hasFailed } = useCountries();
  const [handle, setHandle] = useState('');
  const [password, setPassword] = useState('');
  const [chosen, setChosen] = useState<string | undefined>(undefined);
  const [fault, setFault] = useState<Fault | undefined>(undefined);
  const [isBusy, setIsBusy] = useState(false);
  const say = (next: Fault): void => {
    setFault(next);
    form.current?.querySelector<HTMLElement>(`[name='${next.field}']`)?.focus();
  };
  const entered = async (): Promise<void> => {
    await sessionChanged();
    const me = meNow();
    if (me !== null && me !== undefined) {
      keepHome(me.jurisdiction);
      toast(t('entered', { handle: me.handle }));
    }
    onEntered();
  };
  const enter = async (): Promise<void> => {
    // Somebody may be faster than the list, which suggests a country to them.
    const listed = await listing.current;
    const jurisdiction = chosen ?? listed?.guess;
    const entry = { handle: handle.trim(), password, jurisdiction };
    const missing = missingField(mode, entry, t);
    if (missing !== undefined) {
      say(missing);
      return;
    }
    const body = { handle: entry.handle, password, ...(jurisdiction && { jurisdiction }) };
    const answer = await ask(PATHS[mode], (value) => value ?? {}, { method: 'POST', body });
    if (answer.kind === 'ok') await entered();
    else say(faultOf(answer, mode, t));
  };
  const enterByPasskey = async (): Promise<void> => {
    const end = await enterWithPasskey();
    if (end.kind === 'entered') await entered();
    else if (end.kind === 'trouble') say(faultOf(end.trouble, 'sign-in', t));
    else say({ field: 'form', text: t(`passkey.${end.kind}`) });
  };
  const runOnce = (work: () => Promise<void>) => (): void => {
    if (isBusy) return;
    setIsBusy(true);
    setFault(undefined);
    void work().finally(() => {
      setIsBusy(false);
    });
  };
  return {
    ...{ handle, setHandle, password, setPassword, countries, hasFailed, setChosen, fault, isBusy },
    where: chosen ?? countries?.guess,
    submit: runOnce(enter),
    passkey: runOnce(enterByPasskey),
  };
}

function useCountries() {
  const [countries, setCountries] = useState<Countries | undefined>(undefined);
  const [hasFailed, setHasFailed] = useState(false);
  const listing = useRef<Promise<Countries | undefined>>(Promise.resolve(undefined));
  useEffect(() => {
    let isGone = false;
    listing.current = readCountries().then((read) => {
      if (isGone) return read;
      setCountries(read);
      setHasFailed(read === undefined);
      return read;
    });
    return () => {
      isGone = true;
    };
  }, []);
  return { countries, listing, hasFailed };
}

type DoorFieldProps = Readonly<{
  name: 'handle' | 'password';
  label: string;
  value: string;
  onChange: (value: string) => void;
  fault: Fault | undefined;
  hint: string | undefined;
  autoComplete: string;
}>;

function DoorField(props: DoorFieldProps): ReactElement {
  const { name, label, value, onChange, fault, hint, autoComplete } = props;
  const id = useId();
  const text = textAt(fault, name);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        name={name}
        type={name === 'password' ? 'password' : 'text'}
        value={value}
        onChange={({ target }) => {
          onChange(target.value);
        }}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        required
        dir="auto"
        aria-invalid={text !== ''}
        aria-describedby={`${id}-hint ${id}-fault`}
      />
      {hint !== undefined && (
        <p id={`${id}-hint`} className="small soft">
          {hint}
        </p>
      )}
      <p id={`${id}-fault`} className="door-fault">
        {text}
      </p>
    </div>
  );
}

type WhereProps = Readonly<{ t: DoorWords; mode: DoorMode; door: Door }>;

function Where({ t, mode, door }: WhereProps): ReactElement {
  const { countries, hasFailed, where, setChosen, fault } = door;
  const language = useLocale();
  return (
    <fieldset className="door-where">
      <legend>{t(`where.${mode}`)}</legend>
      {countries === undefined && !hasFailed && <span className="bone" />}
      {countries?.list.map(({ jurisdiction, operator }) => (
        <label key={jurisdiction}>
          <input
            type="radio"
            name="jurisdiction"
            value={jurisdiction}
            checked={jurisdiction === where}
            onChange={() => {
              setChosen(jurisdiction);
            }}
          />
          <span>
            {jurisdictionName(jurisdiction, language)}
            {operator !== '' && <small>{t('where.runBy', { operator })}</small>}
          </span>
        </label>
      ))}
      {mode === 'sign-up' && <p className="small soft">{t('where.hint')}</p>}
      <p className="door-fault">{hasFailed ? t('where.failed') : textAt(fault, 'where')}</p>
    </fieldset>
  );
}

function textAt(fault: Fault | undefined, field: Field): string {
  return fault?.field === field ? fault.text : '';
}
