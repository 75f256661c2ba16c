// The SDK put together: one outbox, one store of counts and one set of likes for a page.

import { createAsk } from './ask.ts';
import type { Ask } from './ask.ts';
import type { ShownCounts } from './count-model.ts';
import { countsPorts, CountsStore, TICK_MS } from './counts-store.ts';
import type { LikeState } from './like-model.ts';
import { Likes } from './likes.ts';
import { Outbox } from './outbox.ts';
import type { OpenOp, OpenReply, PostReply, Settlement } from './outbox.ts';
import type { Intent, Named, Who } from './outbox-state.ts';
import { deferredStore, memoryStore, openStore } from './outbox-store.ts';
import { trackElement } from './track-view.ts';
import type { Watched } from './track-view.ts';
import { parseAccount, parseLikes, parseOpsReply, parseSession } from './wire.ts';

/** A grant lives for a week; one that somebody hands over may have lain around for a while. */
const GRANT_LIFE_MS = 86_400_000;
/** Questions that come together are one. */
const GATHER_MS = 30;
/** How often the leading tab looks for intents of tabs that died before they could tell it. */
const LOOK_TICKS = 5;
/** Views that wait until it is known who acts. */
const UNOWNED_MAX = 64;
const VIDEO = /^[A-Za-z0-9_-]{1,64}$/;

export type HoldfastOptions = Readonly<{
  /** Where Holdfast is; the page's own origin when absent. */
  origin?: string;
  /** Who acts: your name for them, or `null` for a visitor. Absent until `setPerson` says it. */
  person?: string | null;
  /**
   * Asks your server for a grant of its own for this device and person. Needed on pages of another
   * origin; on Holdfast's own the cookie opens the session.
   */
  getGrant?: (person: string) => Promise<string>;
  /** Told, in every tab, what became of each op. */
  onSettled?: (settlement: Settlement) => void;
}>;

export type ViewOptions = Readonly<{
  video: string;
  source: Extract<Intent, { kind: 'view' }>['source'];
  /** For elements that do not tell it. */
  durationMs?: number;
}>;

/** What tabs of one site tell each other. */
type News = Readonly<
  | { kind: 'press'; op: OpenOp }
  | { kind: 'settled'; settlement: Settlement }
  | { kind: 'session' }
  | { kind: 'session-wanted' }
  /** A tab that is looked at asks a hidden one for the lead, whose timers the browser slows down. */
  | { kind: 'lead-wanted' }
>;

export class Holdfast {
  readonly #options: HoldfastOptions;
  readonly #isOwnOrigin: boolean;
  readonly #ask: Ask;
  readonly #outbox: Outbox;
  readonly #counts: CountsStore;
  readonly #likes: Likes;
  readonly #tabs: BroadcastChannel;
  readonly #end = new AbortController();
  readonly #listeners = new Map<string, Set<() => void>>();
  readonly #trackers = new Set<() => void>();
  #person: Who | undefined = undefined;
  #unowned: Intent[] = [];
  #isGathering = false;
  /** While leading: lets go of the lead. */
  #release: (() => void) | undefined = undefined;
  /** Ids that were settled while the open ones are read. */
  #settledMeanwhile = new Set<string>();

  constructor(options: HoldfastOptions) {
    const origin = options.origin?.replace(/\/$/, '') ?? '';
    this.#options = options;
    this.#isOwnOrigin = origin === '' || origin === location.origin;
    const name = `holdfast ${this.#isOwnOrigin ? '' : origin}`;
    // Not there on plain HTTP, whatever the type says: then every page keeps to itself.
    const locks = navigator.locks as LockManager | undefined;
    const store = locks === undefined ? memoryStore() : deferredStore(openStore(name));
    const ports = countsPorts(
      origin,
      createAsk(origin, (...call) => fetch(...call)),
    );
    this.#ask = ports.ask;
    this.#counts = new CountsStore({
      ...ports,
      onShown: (video) => {
        this.#likes.include(video, this.#counts.get(video));
      },
    });
    this.#likes = new Likes((video) => {
      for (const listener of this.#listeners.get(video) ?? []) listener();
    });
    this.#tabs = new BroadcastChannel(name);
    this.#outbox = new Outbox({
      ...ports,
      store,
      postOps: (grant, ops) => this.#postOps(grant, ops),
      openSession: (who) => this.#openSession(who),
      onSettled: (settlement) => {
        this.#tell({ kind: 'settled', settlement });
      },
      onSession: () => {
        this.#tell({ kind: 'session' });
      },
    });
    this.#listen();
    void this.#leadInTurn(locks, name);
    if (options.person !== undefined) this.setPerson(options.person);
  }

  /** Who acts from now on: your name for them, or `null` for a visitor. Tell it in every tab. */
  setPerson(person: string | null): void {
    if (person === this.#person) return;
    if (person !== null && !this.#isOwnOrigin && this.#options.getGrant === undefined) {
      throw new TypeError('On another origin a person needs getGrant: cookies do not go there.');
    }
    this.#person = person;
    this.#likes.reset();
    this.#outbox.setWho(person);
    for (const intent of this.#unowned.splice(0)) this.#enqueue(person, intent);
    if (this.#trackers.size > 0) this.#wantSession();
    void this.#restore();
    this.#gather();
  }

  get person(): string | null | undefined {
    return this.#person;
  }

  /** Likes a video. True when that is kept on this device, false when there was no room for it. */
  like(video: string): Promise<boolean> {
    return this.#press({ kind: 'like', video });
  }

  /** Takes a like back. True when that is kept on this device. */
  unlike(video: string): Promise<boolean> {
    return this.#press({ kind: 'unlike', video });
  }

  /** Whether the person likes a video; the same object until that changes. */
  likeState(video: string): LikeState {
    return this.#likes.shown(video);
  }

  /** What may be shown of a video's counts; the same object until that changes. */
  counts(video: string): ShownCounts {
    return this.#counts.get(video);
  }

  /** Keeps a video's counts and like up to date until the returned function is called. */
  subscribe(video: string, listener: () => void): () => void {
    checkVideo(video);
    const own = (): void => {
      listener();
    };
    const listeners = this.#listeners.get(video) ?? new Set();
    this.#listeners.set(video, listeners.add(own));
    const stop = this.#counts.subscribe(video, own);
    this.#gather();
    return () => {
      stop();
      listeners.delete(own);
      if (listeners.size === 0) this.#listeners.delete(video);
    };
  }

  /** Begins a visit to a video; the returned function ends it and sends what was watched. */
  trackView(element: Watched, { video, source, durationMs }: ViewOptions): () => void {
    checkVideo(video);
    const stop = trackElement(
      element,
      {
        sight: document,
        nowMs: () => performance.now(),
        onStart: () => {
          this.#wantSession();
        },
        onWatched: (watchedMs) => {
          this.#view({ kind: 'view', video, watchedMs, source });
        },
      },
      durationMs,
    );
    const end = (): void => {
      if (this.#trackers.delete(end)) stop();
    };
    this.#trackers.add(end);
    return end;
  }

  /** Whether there has been no line to the server for longer than a moment. */
  isLost(): boolean {
    return this.#counts.isLost();
  }

  subscribeLine(listener: () => void): () => void {
    return this.#counts.subscribeLine(listener);
  }

  /** Tries at once what failed, unless the server asked to wait. */
  retryNow(): void {
    this.#outbox.retryNow();
  }

  /** Sends at once what is there; also done by itself when the page is hidden. */
  flush(): void {
    this.#outbox.flush();
  }

  /** Ends the visits, sends what is there and lets go of everything. */
  close(): void {
    for (const end of [...this.#trackers]) end();
    this.#outbox.flush();
    this.#end.abort();
    this.#outbox.close();
    this.#counts.close();
    this.#tabs.close();
  }

  #listen(): void {
    const { signal } = this.#end;
    const timer = setInterval(() => {
      ticks += 1;
      this.#counts.tick();
      if (ticks % LOOK_TICKS === 0) this.#outbox.wake();
    }, TICK_MS);
    let ticks = 0;
    signal.addEventListener('abort', () => {
      clearInterval(timer);
    });
    this.#tabs.addEventListener('message', ({ data }: MessageEvent<News>) => {
      this.#hear(data);
    });
    addEventListener(
      'online',
      () => {
        this.#outbox.retryNow();
      },
      { signal },
    );
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'hidden') {
          this.#outbox.flush();
          this.#counts.suspend();
          this.#release?.();
        } else {
          this.#counts.resume();
          this.#wantLead();
          void this.#restore();
        }
      },
      { signal },
    );
  }

  /** Leads whenever it is this tab's turn; a tab that is hidden lets another one have it. */
  async #leadInTurn(locks: LockManager | undefined, name: string): Promise<void> {
    if (locks === undefined) {
      await this.#outbox.lead();
      return;
    }
    const { signal } = this.#end;
    signal.addEventListener('abort', () => this.#release?.());
    this.#wantLead();
    while (!signal.aborted) {
      await locks
        .request(name, { signal }, async () => {
          const released = new Promise<void>((resolve) => {
            this.#release = resolve;
          });
          await this.#outbox.lead();
          await released;
          this.#release = undefined;
          await this.#outbox.yieldLead();
        })
        // Only when it is aborted.
        .catch(() => {});
    }
  }

  #wantLead(): void {
    if (document.visibilityState === 'visible' && this.#release === undefined) {
      this.#tabs.postMessage({ kind: 'lead-wanted' } satisfies News);
    }
  }

  #tell(news: News): void {
    this.#tabs.postMessage(news);
    this.#hear(news);
  }

  #hear(news: News): void {
    if (news.kind === 'session') this.#gather();
    else if (news.kind === 'lead-wanted') {
      if (document.visibilityState === 'hidden') this.#release?.();
    } else if (news.kind === 'session-wanted') this.#outbox.wantSession();
    else if (news.kind === 'press') {
      if (news.op.who === this.#person) this.#likes.press(news.op);
      this.#outbox.wake();
    } else {
      const { settlement } = news;
      const { id, who, intent, end } = settlement;
      this.#settledMeanwhile.add(id);
      if (who === this.#person) this.#likes.settle(settlement);
      if (end.kind === 'recorded') this.#counts.include(intent.video, end.position);
      this.#options.onSettled?.(settlement);
    }
  }

  async #press(intent: Extract<Intent, { kind: 'like' | 'unlike' }>): Promise<boolean> {
    checkVideo(intent.video);
    const who = this.#person;
    // Only a person can like; the page asks a visitor to sign in.
    if (who === null || who === undefined) return false;
    return this.#enqueue(who, intent);
  }

  #view(intent: Intent): void {
    if (this.#person !== undefined) void this.#enqueue(this.#person, intent);
    else if (this.#unowned.length < UNOWNED_MAX) this.#unowned.push(intent);
  }

  #enqueue(who: Who, intent: Intent): Promise<boolean> {
    const { id, kept } = this.#outbox.enqueue(who, intent);
    const op: OpenOp = { id, who, intent };
    if (who === this.#person) this.#likes.press(op);
    // The page may be going: then nothing that has to wait would still be done.
    if (document.visibilityState === 'hidden') {
      this.#outbox.flush();
      this.#tabs.postMessage({ kind: 'press', op } satisfies News);
    }
    return kept.then((isKept) => {
      if (isKept) this.#tabs.postMessage({ kind: 'press', op } satisfies News);
      else this.#likes.settle({ id, intent, end: { kind: 'superseded' } });
      return isKept;
    });
  }

  async #restore(): Promise<void> {
    const person = this.#person;
    if (person === undefined) return;
    const settled = (this.#settledMeanwhile = new Set());
    const open = await this.#outbox.open();
    if (person !== this.#person) return;
    this.#likes.restore(open.filter(({ id, who }) => who === person && !settled.has(id)));
  }

  #wantSession(): void {
    if (this.#person !== undefined) this.#tell({ kind: 'session-wanted' });
  }

  /** Asks which of the videos that are looked at the person likes. */
  #gather(): void {
    if (this.#isGathering || typeof this.#person !== 'string') return;
    this.#isGathering = true;
    setTimeout(() => {
      this.#isGathering = false;
      void this.#readLikes();
    }, GATHER_MS);
  }

  async #readLikes(): Promise<void> {
    const person = this.#person;
    const videos = [...this.#listeners.keys()].filter((video) => !this.#likes.isRead(video));
    if (typeof person !== 'string' || videos.length === 0) return;
    const grant = await this.#outbox.grant(person);
    if (person !== this.#person) return;
    if (grant === undefined) {
      this.#wantSession();
      return;
    }
    await this.#likes.read(videos, (part) => {
      const query = new URLSearchParams(part.map((video) => ['video', video]));
      return this.#ask(`/v1/me/likes?${query}`, parseLikes, { grant });
    });
  }

  async #postOps(grant: string, ops: readonly Named[]): Promise<PostReply> {
    const body = { ops: ops.map(({ n, intent }) => ({ n, ...intent })) };
    const answer = await this.#ask('/v1/ops', parseOpsReply, { body, grant });
    if (answer.kind === 'ok') return { kind: 'acknowledged', ...answer.value };
    if (answer.kind === 'no-answer') return { kind: 'retry', retryAfterMs: undefined };
    const { problem, retryAfterMs } = answer;
    return problem.retryable
      ? { kind: 'retry', retryAfterMs }
      : { kind: 'refused', code: problem.code, detail: problem.detail };
  }

  async #openSession(who: Who): Promise<OpenReply> {
    const { getGrant } = this.#options;
    if (who !== null && getGrant !== undefined) {
      const grant = await getGrant(who).catch(() => undefined);
      return grant === undefined
        ? { kind: 'retry', retryAfterMs: undefined }
        : { kind: 'opened', grant, lifeMs: GRANT_LIFE_MS };
    }
    const withCookie = who !== null;
    const answer = await this.#ask('/v1/sessions', parseSession, { body: {}, withCookie });
    const retryAfterMs = answer.kind === 'problem' ? answer.retryAfterMs : undefined;
    if (answer.kind !== 'ok') return { kind: 'retry', retryAfterMs };
    if (who !== null) {
      // Another tab may have signed in as someone else; then this session is not `who`'s.
      const account = await this.#ask('/v1/me', parseAccount, { withCookie });
      if (account.kind !== 'ok' || account.value !== who) return { kind: 'retry', retryAfterMs };
    }
    return { kind: 'opened', ...answer.value };
  }
}

/** Connects a page to a Holdfast. Call it once for a page. */
export function createHoldfast(options: HoldfastOptions = {}): Holdfast {
  return new Holdfast(options);
}

function checkVideo(video: string): void {
  if (!VIDEO.test(video)) throw new TypeError(`Not the id of a video: ${video}`);
}
