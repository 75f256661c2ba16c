// The door: one dialog to sign up or sign in. What goes wrong is said at the field it is about,
// in the server's own words where it has some.

import type { Answer, Api } from './api.ts';
import { byId, setText } from './dom.ts';
import { jurisdictionName } from './jurisdiction-names.ts';
import type { Cell } from './wire.ts';

export type DoorMode = 'sign-up' | 'sign-in';

const PASSWORD_CHARS_MIN = 8;

type Field = 'handle' | 'password' | 'country' | 'form';
export type Trouble = Readonly<{ field: Field; text: string }>;

export class Door {
  readonly #api: Api;
  /** Where the server places this device, as a suggestion. */
  readonly #guess: () => string | undefined;
  readonly #dialog = byId('door', HTMLDialogElement);
  readonly #form = byId('door-form', HTMLFormElement);
  readonly #handle = byId('door-handle', HTMLInputElement);
  readonly #password = byId('door-password', HTMLInputElement);
  readonly #submit = byId('door-submit', HTMLButtonElement);
  readonly #countries = byId('door-country-list', HTMLElement);
  #mode: DoorMode = 'sign-in';
  #entered: (() => void) | undefined = undefined;
  #listing: Promise<void> = Promise.resolve();

  constructor(api: Api, guess: () => string | undefined) {
    this.#api = api;
    this.#guess = guess;
    const tabs = { 'sign-up': byId('tab-up', Element), 'sign-in': byId('tab-in', Element) };
    for (const [mode, tab] of Object.entries(tabs)) {
      tab.addEventListener('click', () => {
        this.#setMode(mode as DoorMode);
      });
    }
    byId('door-fields', Element).previousElementSibling?.addEventListener('keydown', (event) => {
      const key = (event as KeyboardEvent).key;
      if (key !== 'ArrowLeft' && key !== 'ArrowRight') return;
      event.preventDefault();
      this.#setMode(this.#mode === 'sign-up' ? 'sign-in' : 'sign-up');
      byId(this.#mode === 'sign-up' ? 'tab-up' : 'tab-in', HTMLElement).focus();
    });
    byId('door-close', HTMLElement).addEventListener('click', () => {
      this.#dialog.close();
    });
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#enter();
    });
  }

  /** Opens the dialog. `why` says what the person wanted; `entered` runs once they are in. */
  open(mode: DoorMode, why: string | undefined, entered: () => void): void {
    const reason = byId('door-why', HTMLElement);
    reason.hidden = why === undefined;
    setText(reason, why ?? '');
    this.#entered = entered;
    this.#setMode(mode);
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#handle.focus();
    this.#listing = this.#listCountries();
  }

  #setMode(mode: DoorMode): void {
    this.#mode = mode;
    const isNew = mode === 'sign-up';
    const words = isNew ? 'Sign up' : 'Sign in';
    for (const [id, selected] of [
      ['tab-up', isNew],
      ['tab-in', !isNew],
    ] as const) {
      const tab = byId(id, HTMLElement);
      tab.setAttribute('aria-selected', String(selected));
      tab.tabIndex = selected ? 0 : -1;
      if (selected) byId('door-fields', Element).setAttribute('aria-labelledby', id);
    }
    setText(byId('door-heading', Element), words);
    setText(this.#submit, words);
    const where = isNew ? 'Where you live' : 'Where your account lives';
    setText(byId('door-where', Element), where);
    byId('door-country-hint', HTMLElement).hidden = !isNew;
    byId('door-password-hint', HTMLElement).hidden = !isNew;
    this.#password.autocomplete = isNew ? 'new-password' : 'current-password';
    this.#say(undefined);
  }

  async #listCountries(): Promise<void> {
    const answer = await this.#api.cells();
    if (answer.kind !== 'ok') {
      if (this.#countries.childElementCount === 0) {
        setText(byId('door-country-error', Element), 'The list of countries did not load.');
      }
      return;
    }
    setText(byId('door-country-error', Element), '');
    const chosen = this.#country() ?? this.#guess();
    this.#countries.replaceChildren(...answer.value.map((cell) => countryChoice(cell, chosen)));
  }

  #country(): string | undefined {
    const value = new FormData(this.#form).get('jurisdiction');
    return typeof value === 'string' ? value : undefined;
  }

  async #enter(): Promise<void> {
    const typed = { handle: this.#handle.value.trim(), password: this.#password.value };
    this.#submit.disabled = true;
    // Somebody may be faster than the list, which chooses a country for them.
    await this.#listing;
    this.#submit.disabled = false;
    const jurisdiction = this.#country();
    const missing = missingField(this.#mode, { ...typed, jurisdiction });
    this.#say(missing);
    if (missing !== undefined) return;
    this.#submit.disabled = true;
    const credentials = jurisdiction === undefined ? typed : { ...typed, jurisdiction };
    const answer =
      this.#mode === 'sign-up'
        ? await this.#api.signUp(credentials)
        : await this.#api.signIn(credentials);
    this.#submit.disabled = false;
    if (answer.kind !== 'ok') {
      this.#say(troubleOf(answer, this.#mode));
      return;
    }
    this.#form.reset();
    this.#dialog.close();
    this.#entered?.();
  }

  #say(trouble: Trouble | undefined): void {
    const at = (field: Field): string => (trouble?.field === field ? trouble.text : '');
    setText(byId('door-handle-error', Element), at('handle'));
    setText(byId('door-password-error', Element), at('password'));
    setText(byId('door-country-error', Element), at('country'));
    setText(byId('door-error', Element), at('form'));
    this.#handle.setAttribute('aria-invalid', String(trouble?.field === 'handle'));
    this.#password.setAttribute('aria-invalid', String(trouble?.field === 'password'));
    if (trouble?.field === 'handle') this.#handle.focus();
    if (trouble?.field === 'password') this.#password.focus();
  }
}

type Entry = Readonly<{ handle: string; password: string; jurisdiction: string | undefined }>;

/** What is plainly missing; everything else is the server's to judge. */
export function missingField(mode: DoorMode, entry: Entry): Trouble | undefined {
  if (entry.handle === '') return { field: 'handle', text: 'Choose a handle.' };
  if (entry.password === '') return { field: 'password', text: 'Type a password.' };
  if (mode === 'sign-in') return undefined;
  if (entry.password.length < PASSWORD_CHARS_MIN) {
    return { field: 'password', text: `Use at least ${PASSWORD_CHARS_MIN} characters.` };
  }
  return entry.jurisdiction === undefined
    ? { field: 'country', text: 'Choose where you live.' }
    : undefined;
}

/** What an answer means for the person at the door, and where to say it. */
export function troubleOf(
  answer: Exclude<Answer<unknown>, { kind: 'ok' }>,
  mode: DoorMode,
): Trouble {
  if (answer.kind === 'no-answer') {
    const text =
      mode === 'sign-up'
        ? 'No answer. Your account may or may not exist now: try to sign in, then sign up again.'
        : 'No answer. You are not signed in; check your connection and try again.';
    return { field: 'form', text };
  }
  const { problem, retryAfterMs } = answer;
  const text = sentence(problem.detail === '' ? problem.title : problem.detail);
  switch (problem.code) {
    case 'handle-taken':
      return { field: 'handle', text: 'This handle is taken. Choose another, or sign in.' };
    case 'handle-refused':
      return { field: 'handle', text };
    case 'password-refused':
      return { field: 'password', text };
    case 'unknown-jurisdiction':
      return { field: 'country', text };
    case 'wrong-credentials':
      return {
        field: 'form',
        text: 'Handle or password is wrong, or the account lives somewhere else: choose where.',
      };
    case 'rate-limited': {
      const waitS = Math.ceil((retryAfterMs ?? 60_000) / 1_000);
      return { field: 'form', text: `Too many tries. Try again in ${waitS} seconds.` };
    }
    default:
      return { field: 'form', text };
  }
}

/** A detail may be a part of a sentence; here it stands alone. */
function sentence(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  return whole.charAt(0).toUpperCase() + whole.slice(1);
}

function countryChoice(cell: Cell, chosen: string | undefined): HTMLElement {
  const label = document.createElement('label');
  label.className = 'country';
  const radio = document.createElement('input');
  radio.type = 'radio';
  radio.name = 'jurisdiction';
  radio.value = cell.jurisdiction;
  radio.checked = cell.jurisdiction === chosen;
  const words = document.createElement('span');
  words.textContent = jurisdictionName(cell.jurisdiction);
  if (cell.operator !== '') {
    const operator = document.createElement('small');
    operator.textContent = `Run by ${cell.operator}`;
    words.append(operator);
  }
  label.append(radio, words);
  return label;
}
