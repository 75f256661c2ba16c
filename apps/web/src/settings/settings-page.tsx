// Settings: how the pages look and behave, how one signs in, one's data, the end of the account.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useId, useState } from 'react';
import type { ReactElement } from 'react';
import { ask, valueOf } from '../app/ask.ts';
import { LOCALES, useWords, wordsNow } from '../app/i18n.ts';
import { Bones, Page } from '../app/page.tsx';
import { useMe } from '../app/session.ts';
import type { Me } from '../app/session.ts';
import { troubleText } from '../app/trouble-text.ts';
import { appArea } from '../app/words.ts';
import { Choices } from '../ui/choice.tsx';
import '../ui/forms.css';
import { DataSection } from './data-section.tsx';
import { Group } from './group.tsx';
import { HoldWordsSection } from './hold-words-section.tsx';
import { PasskeysSection } from './passkeys-section.tsx';
import { PasswordForm, SignIns } from './sign-in-sections.tsx';
import {
  applyHere,
  parsePreferences,
  preferencesHere,
  savePreferences,
  THEMES,
} from './preferences.ts';
import type { Preferences } from './preferences.ts';
import './settings.css';
import { settingsArea } from './words.ts';
import type { SettingsWords } from './words.ts';

export function SettingsPage(): ReactElement {
  const t = useWords(settingsArea);
  const me = useMe();
  return (
    <Page title={t('title')}>
      {me === undefined ? (
        <Bones lines={6} />
      ) : (
        <>
          <PreferencesSections key={me?.account ?? ''} t={t} me={me} />
          {me === null ? <SignInFirst t={t} /> : <AccountSections t={t} me={me} />}
        </>
      )}
    </Page>
  );
}

function SignInFirst({ t }: Readonly<{ t: SettingsWords }>): ReactElement {
  return (
    <div className="card stack">
      <p>{t('signIn.more')}</p>
      <div>
        <Link className="button" data-kind="main" to="/sign-in" search={{ to: '/settings' }}>
          {t('signIn')}
        </Link>
      </div>
    </div>
  );
}

function AccountSections({ t, me }: Readonly<{ t: SettingsWords; me: Me }>): ReactElement {
  return (
    <>
      <HoldWordsSection t={t} />
      <Group title={t('door.title')}>
        <PasskeysSection t={t} />
        <PasswordForm t={t} />
        <SignIns t={t} />
      </Group>
      <DataSection t={t} me={me} />
    </>
  );
}

type SectionsProps = Readonly<{ t: SettingsWords; me: Me | null }>;

function PreferencesSections({ t, me }: SectionsProps): ReactElement {
  const [here] = useState(preferencesHere);
  const [changed, setChanged] = useState<Partial<Preferences>>({});
  const [failure, setFailure] = useState('');
  const kept = useQuery({
    queryKey: ['settings', me?.account],
    enabled: me !== null,
    queryFn: () => valueOf(ask('/v1/me/settings', parsePreferences)),
  });
  const { data } = kept;
  const chosen = { ...here, ...data, ...changed };
  useEffect(() => {
    // What was chosen on another device holds here from now on.
    if (data !== undefined) void applyHere(data);
  }, [data]);
  const change = async (part: Partial<Preferences>): Promise<void> => {
    setChanged((before) => ({ ...before, ...part }));
    await applyHere(part);
    if (me === null) return;
    const answer = await savePreferences(part);
    const why = answer.kind === 'ok' ? '' : troubleText(answer, wordsNow(appArea));
    setFailure(why === '' ? '' : wordsNow(settingsArea)('save.failed', { why }));
  };
  const flag = (name: 'shortcuts' | 'sound' | 'captions'): ReactElement => (
    <Switch
      label={t(name)}
      hint={t(`${name}.hint`)}
      isOn={chosen[name]}
      onChange={(isOn) => void change({ [name]: isOn })}
    />
  );
  return (
    <>
      <Group title={t('look.title')} hint={t(me === null ? 'here.only' : 'here.both')}>
        <Choices
          legend={t('locale')}
          options={LOCALES.map((one) => [one, t(`locale.${one}`)])}
          chosen={chosen.locale}
          onChoose={(locale) => void change({ locale })}
        />
        <Choices
          legend={t('theme')}
          options={THEMES.map((one) => [one, t(`theme.${one}`)])}
          chosen={chosen.theme}
          onChoose={(theme) => void change({ theme })}
        />
      </Group>
      <Group title={t('watch.title')}>
        {flag('shortcuts')}
        {flag('sound')}
        {flag('captions')}
        {me !== null && (
          <Switch
            label={t('hide')}
            hint={t('hide.hint')}
            isOn={chosen.hideCountsUnder > 0}
            onChange={(isOn) => void change({ hideCountsUnder: isOn ? 1_000 : 0 })}
          />
        )}
      </Group>
      <p role="status" className="field-fault">
        {failure}
      </p>
    </>
  );
}

type SwitchProps = Readonly<{
  label: string;
  hint: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
}>;

function Switch({ label, hint, isOn, onChange }: SwitchProps): ReactElement {
  const id = useId();
  return (
    <label className="check">
      <input
        type="checkbox"
        checked={isOn}
        aria-describedby={id}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>
        {label}
        <span id={id} className="small soft">
          {hint}
        </span>
      </span>
    </label>
  );
}
