// The name that a first video is published under. Nobody has a profile before they want one, so it is
// asked for here, where it is needed, and published together with the video. Rule UF16.

import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { nameToBegin } from '../app/publish-profile.ts';
import { useMe } from '../app/session.ts';
import { charsIn, NAME_CHARS_MAX } from './draft-form.ts';
import type { FieldFault, Visibility } from './draft-form.ts';
import type { UploadWords } from './words.ts';

export type CreatorName = Readonly<{
  /** `null`: a profile is there, or not needed for who sees the video. */
  name: string | null;
  handle: string;
  change: (name: string) => void;
  /** The server has it now. */
  forget: () => void;
}>;

export function useCreatorName(visibility: Visibility): CreatorName {
  const me = useMe();
  const key = `holdfast.creator-name.${me?.account ?? ''}`;
  const [typed, setTyped] = useState<string>();
  const isNeeded = me?.hasProfile === false && visibility !== 'private';
  return {
    name: isNeeded ? (typed ?? readName(key) ?? nameToBegin()) : null,
    handle: me?.handle ?? '',
    change: (name) => {
      setTyped(name);
      keepName(key, name);
    },
    forget: () => keepName(key, null),
  };
}

function readName(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function keepName(key: string, name: string | null): void {
  try {
    if (name === null) localStorage.removeItem(key);
    else localStorage.setItem(key, name);
  } catch {
    // Without storage the name lives in this page alone.
  }
}

type FieldProps = Readonly<{
  t: UploadWords;
  creator: CreatorName;
  faults: readonly FieldFault[];
}>;

export function CreatorNameField({ t, creator, faults }: FieldProps): ReactElement {
  const id = useId();
  const name = creator.name ?? '';
  const over = charsIn(name) - NAME_CHARS_MAX;
  const isMissing = faults.includes('name-missing') && name.trim() === '';
  return (
    <div className="field">
      <label htmlFor={id}>{t('creator.name')}</label>
      <input
        id={id}
        dir="auto"
        autoComplete="name"
        value={name}
        aria-describedby={`${id}-hint`}
        aria-invalid={isMissing || over > 0}
        data-field="name-missing name-long profile"
        onChange={(event) => creator.change(event.target.value)}
      />
      <p id={`${id}-hint`} className={isMissing || over > 0 ? 'field-fault' : 'small soft'}>
        {isMissing && t('publish.name-missing')}
        {!isMissing && over > 0 && t('field.over', { n: over })}
        {!isMissing && over <= 0 && t('creator.nameHint', { handle: creator.handle })}
      </p>
    </div>
  );
}
