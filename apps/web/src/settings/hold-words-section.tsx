// Words that make a comment wait for the creator. Rule PP10.

import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { HOLD_WORD_CHARS_MAX, HOLD_WORDS_MAX, holdWordsOf } from '@holdfast/protocol/comments.ts';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { Bones, TroubleNote, TroubleText } from '../app/page.tsx';
import { fieldsOf, listOf } from '../app/parse.ts';
import { toast } from '../ui/toast.tsx';
import { Group } from './group.tsx';
import type { SettingsWords } from './words.ts';

const PATH = '/v1/me/hold-words';
const QUERY = ['hold-words'];

function parseWords(value: unknown): readonly string[] | undefined {
  return listOf(fieldsOf(value)['words'], (word) => (typeof word === 'string' ? word : undefined));
}

export function HoldWordsSection({ t }: Readonly<{ t: SettingsWords }>): ReactElement {
  const kept = useQuery({ queryKey: QUERY, queryFn: () => valueOf(ask(PATH, parseWords)) });
  return (
    <Group title={t('hold.title')} hint={t('hold.hint')}>
      {kept.isPending && <Bones lines={3} />}
      {kept.isError && (
        <TroubleNote trouble={troubleOf(kept.error)} onRetry={() => void kept.refetch()} />
      )}
      {kept.data !== undefined && <HoldWordsForm t={t} kept={kept.data} />}
    </Group>
  );
}

type FormProps = Readonly<{ t: SettingsWords; kept: readonly string[] }>;
type Fault = 'too-many' | 'too-long' | Trouble;

function HoldWordsForm({ t, kept }: FormProps): ReactElement {
  const id = useId();
  const queries = useQueryClient();
  const [typed, setTyped] = useState(kept.join('\n'));
  const [isBusy, setIsBusy] = useState(false);
  const [fault, setFault] = useState<Fault | null>(null);
  const save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const words = typed.split('\n').filter((line) => line.trim() !== '');
    const { kind } = holdWordsOf(words);
    if (kind === 'too-many' || kind === 'too-long') {
      setFault(kind);
      return;
    }
    setIsBusy(true);
    const answer = await ask(PATH, parseWords, { method: 'PUT', body: { words } });
    setIsBusy(false);
    if (answer.kind !== 'ok') {
      setFault(answer);
      return;
    }
    setFault(null);
    setTyped(answer.value.join('\n'));
    queries.setQueryData(QUERY, answer.value);
    toast(t('hold.saved'));
  };
  return (
    <form className="stack" onSubmit={(event) => void save(event)}>
      <div className="field">
        <label htmlFor={id}>{t('hold.words')}</label>
        <textarea
          id={id}
          dir="auto"
          rows={4}
          value={typed}
          aria-describedby={`${id}-hint`}
          onChange={(event) => setTyped(event.target.value)}
        />
        <p id={`${id}-hint`} className="small soft">
          {t('hold.limits', { words: HOLD_WORDS_MAX, chars: HOLD_WORD_CHARS_MAX })}
        </p>
      </div>
      {fault !== null && (
        <p className="field-fault" role="alert">
          {fault === 'too-many' || fault === 'too-long' ? (
            t(`hold.${fault}`)
          ) : (
            <>
              {t('hold.failed')} <TroubleText trouble={fault} />
            </>
          )}
        </p>
      )}
      <div>
        <button className="button" type="submit" disabled={isBusy}>
          {t('hold.save')}
        </button>
      </div>
    </form>
  );
}
