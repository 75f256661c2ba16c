// What somebody is writing, kept on the device for each video, so that nothing typed is lost: not by
// a reload, not on the way through the door, not offline. Rule WB23.

/** Videos whose drafts are kept; the oldest go first. */
export const DRAFTS_MAX = 20;
const KEY = 'holdfast.comment-drafts';

/** `key` names the comment once it was sent, so that sending it again cannot make a second one. */
export type Draft = Readonly<{ text: string; parent: string | undefined; key: string | undefined }>;
export type DraftStorage = Readonly<Pick<Storage, 'getItem' | 'setItem'>>;

export const NO_DRAFT: Draft = { text: '', parent: undefined, key: undefined };

type Drafts = Readonly<Record<string, Draft>>;

export function draftOf(video: string, storage: DraftStorage | undefined): Draft {
  return read(storage)[video] ?? NO_DRAFT;
}

/** Keeps a draft; an empty one is forgotten. */
export function keepDraft(video: string, draft: Draft, storage: DraftStorage | undefined): void {
  const { [video]: _before, ...others } = read(storage);
  const entries = Object.entries(others);
  const kept = draft.text === '' ? entries : [...entries, [video, draft] as const];
  try {
    storage?.setItem(KEY, JSON.stringify(Object.fromEntries(kept.slice(-DRAFTS_MAX))));
  } catch {
    // Without room the text is still in the page.
  }
}

/** The draft with another text; a comment that was sent under a name is another one from here on. */
export function withText(draft: Draft, text: string): Draft {
  return text === draft.text ? draft : { ...draft, text, key: undefined };
}

function read(storage: DraftStorage | undefined): Drafts {
  try {
    // Only this file writes it.
    return JSON.parse(storage?.getItem(KEY) ?? '{}') as Drafts;
  } catch {
    return {};
  }
}

export function deviceStorage(): DraftStorage | undefined {
  try {
    return localStorage;
  } catch {
    return undefined;
  }
}
