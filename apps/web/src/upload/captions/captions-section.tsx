// The captions of a draft: those that are there, a file, or the editor.

import { useState } from 'react';
import type { ReactElement } from 'react';
import { ask, done } from '../../app/ask.ts';
import type { Answer, Trouble } from '../../app/ask.ts';
import { useLocale } from '../../app/i18n.ts';
import { TroubleText } from '../../app/page.tsx';
import type { Draft } from '../draft-wire.ts';
import type { UploadWords } from '../words.ts';
import { CaptionEditor } from './caption-editor.tsx';
import { linesOf } from './caption-model.ts';
import type { CaptionLine } from './caption-model.ts';
import { languageName } from './language-name.ts';
import { CAPTIONS_BYTES_MAX, readCaptions, writeCaptions } from './webvtt.ts';
import type { Cue, ReadCaptions } from './webvtt.ts';
import { FileButton } from '../../ui/file-button.tsx';

type CaptionsProps = Readonly<{
  t: UploadWords;
  draft: Draft;
  src: string | undefined;
  onSaved: () => void;
}>;

type Editing = Readonly<{ language: string; lines: readonly CaptionLine[] }>;
type Outcome = Readonly<
  | { kind: 'said'; text: string }
  | { kind: 'fault'; text: string }
  | { kind: 'trouble'; trouble: Trouble }
>;

type CaptionsState = Readonly<{
  editing: Editing | null;
  outcome: Outcome | null;
  begin: (language: string) => void;
  leave: () => void;
  fromFile: (file: File) => Promise<void>;
  edit: (language: string, address: string) => Promise<void>;
  save: (language: string, cues: readonly Cue[]) => Promise<void>;
  remove: (language: string) => Promise<void>;
}>;

function useCaptions({ t, draft, onSaved }: CaptionsProps): CaptionsState {
  const locale = useLocale();
  const [editing, setEditing] = useState<Editing | null>(null);
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const at = (language: string): string => `/v1/me/drafts/${draft.id}/captions/${language}`;
  const open = (language: string, read: ReadCaptions): void => {
    if (read.kind === 'read') {
      setOutcome(null);
      setEditing({ language, lines: linesOf(read.cues) });
      return;
    }
    const why = t(`captions.fault.${read.fault}`);
    setOutcome({ kind: 'fault', text: t('captions.fault', { line: read.line, why }) });
  };
  /** Says how a change of what is kept went; whether it did. */
  const tell = (answer: Answer<true>, said: 'captions.kept' | 'captions.removed'): boolean => {
    const isDone = answer.kind === 'ok';
    setOutcome(
      answer.kind === 'ok' ? { kind: 'said', text: t(said) } : { kind: 'trouble', trouble: answer },
    );
    if (isDone) onSaved();
    return isDone;
  };
  return {
    editing,
    outcome,
    begin: (language) => setEditing({ language, lines: [] }),
    leave: () => setEditing(null),
    fromFile: async (file) => {
      if (file.size > CAPTIONS_BYTES_MAX) setOutcome({ kind: 'fault', text: t('captions.large') });
      else open(locale, readCaptions(await file.text()));
    },
    edit: async (language, address) => {
      const response = await fetch(address).catch(() => null);
      if (response?.ok === true) open(language, readCaptions(await response.text()));
      else setOutcome({ kind: 'trouble', trouble: { kind: 'no-answer' } });
    },
    save: async (language, cues) => {
      const label = encodeURIComponent(languageName(language, language));
      const body = new Blob([writeCaptions(cues)], { type: 'text/vtt' });
      const answer = await ask(`${at(language)}?label=${label}`, done, { method: 'PUT', body });
      if (tell(answer, 'captions.kept')) setEditing(null);
    },
    remove: async (language) => {
      tell(await ask(at(language), done, { method: 'DELETE' }), 'captions.removed');
    },
  };
}

export function CaptionsSection(props: CaptionsProps): ReactElement {
  const { t, draft, src } = props;
  const locale = useLocale();
  const captions = useCaptions(props);
  const { editing, outcome } = captions;
  return (
    <div className="stack">
      {draft.captions.length === 0 && editing === null && (
        <p className="soft">{t('captions.none')}</p>
      )}
      {draft.captions.length > 0 && <Kept t={t} draft={draft} captions={captions} />}
      <p role="status" className={outcome?.kind === 'said' ? 'small soft' : 'field-fault'}>
        {outcome?.kind === 'trouble' ? (
          <>
            {t('captions.failed')} <TroubleText trouble={outcome.trouble} />
          </>
        ) : (
          outcome?.text
        )}
      </p>
      {editing !== null && (
        <CaptionEditor
          t={t}
          src={src}
          durationMs={draft.durationMs}
          language={editing.language}
          lines={editing.lines}
          onKeep={captions.save}
          onCancel={captions.leave}
        />
      )}
      {editing === null && (
        <div className="row">
          <button className="button" type="button" onClick={() => captions.begin(locale)}>
            {t('captions.write')}
          </button>
          <FileButton
            label={t('captions.file')}
            accept=".vtt,text/vtt"
            onFile={(file) => void captions.fromFile(file)}
          />
        </div>
      )}
    </div>
  );
}

type KeptProps = Readonly<{ t: UploadWords; draft: Draft; captions: CaptionsState }>;

function Kept({ t, draft, captions }: KeptProps): ReactElement {
  return (
    <ul className="captions-list">
      {draft.captions.map(({ lang, label, src }) => (
        <li key={lang}>
          <bdi>{label}</bdi>
          <span className="row">
            <button
              className="button"
              type="button"
              aria-label={t('captions.editOne', { language: label })}
              onClick={() => void captions.edit(lang, src)}
            >
              {t('captions.edit')}
            </button>
            <button
              className="button"
              data-kind="quiet"
              type="button"
              aria-label={t('captions.removeOne', { language: label })}
              onClick={() => void captions.remove(lang)}
            >
              {t('captions.remove')}
            </button>
          </span>
        </li>
      ))}
    </ul>
  );
}
