// Saves a draft by itself while it is typed, and says honestly how that goes (UF10).

import { useCallback, useEffect, useRef, useState } from 'react';
import { ask } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import {
  CAPTION_CHARS_MAX,
  changesBetween,
  isWithin,
  parseKeptFields,
  TITLE_CHARS_MAX,
} from './draft-form.ts';
import type { DraftFields } from './draft-form.ts';
import { parseDraft } from './draft-wire.ts';
import type { Draft } from './draft-wire.ts';

/** Waits for a pause in typing. */
const PAUSE_MS = 800;
const AGAIN_MS = 4_000;

export type Saving = Readonly<
  | { kind: 'saved'; atMs: number }
  | { kind: 'typing' }
  | { kind: 'saving' }
  | { kind: 'too-long' }
  | { kind: 'unsaved'; trouble: Trouble }
>;

export type DraftSaver = Readonly<{
  fields: DraftFields;
  saving: Saving;
  change: (change: Partial<DraftFields>) => void;
  /** Saves what is typed now; whether the server has it all. */
  saveNow: () => Promise<boolean>;
}>;

/** The fields as typed. What an earlier visit could not save is there again. */
export function useDraftSaver(draft: Draft, onSaved: (draft: Draft) => void): DraftSaver {
  const [fields, setFields] = useState<DraftFields>(() => ({
    ...draft.fields,
    ...readKept(draft.id),
  }));
  const stored = useRef(draft.fields);
  const typed = useRef(fields);
  const running = useRef<Promise<boolean> | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [saving, setSaving] = useState<Saving>({
    kind: 'saved',
    atMs: Date.parse(draft.updatedAt),
  });
  const { id } = draft;

  const saveOnce = useCallback(async (): Promise<boolean> => {
    const sent = sendable(typed.current, stored.current);
    const changes = changesBetween(sent, stored.current);
    if (changes !== null) {
      setSaving({ kind: 'saving' });
      const answer = await ask(`/v1/me/drafts/${id}`, parseDraft, {
        method: 'PATCH',
        body: changes,
      });
      if (answer.kind !== 'ok') {
        setSaving({ kind: 'unsaved', trouble: answer });
        return false;
      }
      // As it was sent: a server that writes it otherwise would be asked to change it for ever.
      stored.current = sent;
      onSaved(answer.value);
    }
    const rest = changesBetween(typed.current, stored.current);
    if (rest === null) {
      keep(id, null);
      setSaving({ kind: 'saved', atMs: Date.now() });
      return true;
    }
    const hasMore =
      changesBetween(sendable(typed.current, stored.current), stored.current) !== null;
    setSaving({ kind: hasMore ? 'typing' : 'too-long' });
    return false;
  }, [id, onSaved]);

  const saveNow = useCallback(async (): Promise<boolean> => {
    clearTimeout(timer.current);
    await running.current;
    running.current = saveOnce().finally(() => {
      running.current = null;
    });
    return running.current;
  }, [saveOnce]);

  const change = useCallback(
    (part: Partial<DraftFields>): void => {
      typed.current = { ...typed.current, ...part };
      setFields(typed.current);
      keep(id, changesBetween(typed.current, stored.current));
      setSaving({ kind: 'typing' });
      clearTimeout(timer.current);
      timer.current = setTimeout(() => void saveNow(), PAUSE_MS);
    },
    [id, saveNow],
  );

  useRetry(saving, saveNow);
  useEffect(() => {
    // What an earlier visit could not save is saved now; leaving the page saves what is typed.
    if (changesBetween(typed.current, stored.current) !== null) void saveNow();
    return () => {
      if (changesBetween(typed.current, stored.current) !== null) void saveNow();
    };
  }, [saveNow]);

  return { fields, saving, change, saveNow };
}

/** Tries again by itself where that can help: after a while, and when the network is back. */
function useRetry(saving: Saving, saveNow: () => Promise<boolean>): void {
  useEffect(() => {
    if (saving.kind !== 'unsaved' && saving.kind !== 'typing') return;
    if (saving.kind === 'unsaved' && !canHelp(saving.trouble)) return;
    const again = (): void => void saveNow();
    const wait = setTimeout(again, AGAIN_MS);
    addEventListener('online', again);
    return () => {
      clearTimeout(wait);
      removeEventListener('online', again);
    };
  }, [saving, saveNow]);
}

/** Whether trying again by itself can help: not when the server has refused what was typed. */
function canHelp(trouble: Trouble): boolean {
  return trouble.kind === 'no-answer' || trouble.problem.retryable;
}

/** What is too long for the server stays here, and the rest goes. */
function sendable(typed: DraftFields, stored: DraftFields): DraftFields {
  return {
    ...typed,
    title: isWithin(typed.title, TITLE_CHARS_MAX) ? typed.title : stored.title,
    caption: isWithin(typed.caption, CAPTION_CHARS_MAX) ? typed.caption : stored.caption,
  };
}

const keptKey = (id: string): string => `holdfast.draft.${id}`;

function keep(id: string, changes: Partial<DraftFields> | null): void {
  try {
    if (changes === null) localStorage.removeItem(keptKey(id));
    else localStorage.setItem(keptKey(id), JSON.stringify(changes));
  } catch {
    // Without storage what is typed lives in this page alone; it says so while it is not saved.
  }
}

function readKept(id: string): Partial<DraftFields> {
  try {
    return parseKeptFields(JSON.parse(localStorage.getItem(keptKey(id)) ?? '{}'));
  } catch {
    return {};
  }
}
