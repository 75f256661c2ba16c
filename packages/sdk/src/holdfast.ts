// The SDK put together: one outbox, one store of counts and one set of likes for a page.

import { NO_ANSWER } from './ask.ts';
import type { Answer } from './ask.ts';
import type { ShownCounts } from './count-model.ts';
import {
  browserPorts,
  CountsStore,
  queryOf,
  STREAMED_MAX,
  TICK_MS,
  watchPage,
} from './counts-store.ts';
import type { CountsPorts } from './counts-store.ts';
import { Likes } from './likes.ts';
import type { LikeState } from './likes.ts';
import { Outbox } from './outbox.ts';
import type { Settlement } from './outbox.ts';
import type { Intent, Who } from './outbox-state.ts';
import { memoryStore, openStore } from './outbox-store.ts';
import { trackElement } from './track-view.ts';
import type { Watched } from './track-view.ts';
import { parseGrant, parseLikes, parseOpsReply } from './wire.ts';

/** Questions that come together are one. */
const GATHER_MS = 30;
/** Views that wait until it is known who acts. */
const UNOWNED_MAX = 64;
const VIDEO = /^[\w-]{1,64}$/;

export type HoldfastOptions = Readonly<{
  /** Where Holdfast is; the page's own origin when absent. */
  origin?: string;
  /** Who acts: your name for them, or `null` for a visitor. Absent until `setPerson` says it. */
  person?: string | null;
  /** Gets a new grant that acts for this person on this device, from your server. */
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

/** What tabs of one site tell each other: what became of an op, or that something is stored. */
type News = Settlement | null;

export class Holdfast {
  readonly #options: HoldfastOptions;
  readonly #ports: CountsPorts;
  readonly #outbox: Outbox;
  readonly #counts: CountsStore;
  readonly #likes: Likes;
  readonly #tabs: BroadcastChannel;
  #person: Who | undefined = undefined;
  #unowned: Intent[] = [];
  #isGathering = false;
  #onSight: (() => void) | undefined = undefined;
  /** Grows with each press and settlement, so that a list read meanwhile is known to be old. */
  #changes = 0;

  constructor(options: HoldfastOptions) {
    const origin = options.origin ?? '';
    const name = `holdfast ${origin}`;
    // Not there on plain HTTP, whatever the type says: then every page keeps to itself.
    const locks = navigator.locks as LockManager | undefined;
    this.#options = options;
    this.#ports = browserPorts(origin);
    this.#tabs = new BroadcastChannel(name);
    this.#likes = new Likes((video) => {
      this.#counts.notify(video);
    });
    this.#counts = new CountsStore({
      ...this.#ports,
      onShown: (video) => {
        this.#likes.include(video, this.#counts.get(video));
      },
    });
    this.#outbox = new Outbox({
      ...this.#ports,
      store: locks === undefined ? Promise.resolve(memoryStore()) : openStore(name),
      postOps: (grant, ops) =>
        this.#ports.ask('/v1/ops', parseOpsReply, grant, {
          ops: ops.map(({ n, intent }) => ({ n, ...intent })),
        }),
      openSession: (who) => this.#openSession(who),
      onSettled: (settlement) => {
        this.#tell(settlement);
      },
      onSession: () => {
        this.#tell(null);
      },
    });
    this.#tabs.onmessage = ({ data }: MessageEvent<News>) => {
      this.#hear(data);
    };
    this.#watchPage();
    if (locks === undefined) void this.#outbox.lead();
    else void this.#leadInTurn(locks, name);
    if (options.person !== undefined) this.setPerson(options.person);
  }

  /** Who acts from now on: your name for them, or `null` for a visitor. Tell it in every tab. */
  setPerson(person: string | null): void {
    if (person === this.#person) return;
    this.#person = person;
    this.#changes += 1;
    this.#likes.reset();
    this.#outbox.setWho(person);
    for (const intent of this.#unowned.splice(0)) void this.#enqueue(person, intent);
    this.#gather();
  }

  /** Who acts; `undefined` until that was said. */
  get person(): string | null | undefined {
    return this.#person;
  }

  /**
   * Likes a video. True when that is kept on this device; false when there was no room for it, or
   * when nobody is there who could like.
   */
  like(video: string): Promise<boolean> {
    return this.#press({ kind: 'like', video });
  }

  /** Takes a like back; true as for `like`. */
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
    this.#gather();
    return this.#counts.subscribe(video, listener);
  }

  /** Begins a visit to a video; the returned function ends it and sends what was watched. */
  trackView(element: Watched, { video, source, durationMs }: ViewOptions): () => void {
    return trackElement(element, {
      sight: document,
      nowMs: () => performance.now(),
      durationMs,
      onStart: () => {
        this.#outbox.wantSession();
      },
      onWatched: (watchedMs) => {
        const intent = { kind: 'view', video, watchedMs, source } as const;
        if (this.#person !== undefined) void this.#enqueue(this.#person, intent);
        else if (this.#unowned.length < UNOWNED_MAX) this.#unowned.push(intent);
      },
    });
  }

  /** Whether what is looked at has become old, because the server does not answer. */
  isLost(): boolean {
    return this.#counts.isLost();
  }

  /** Calls `listener` every second, to ask `isLost` again. */
  subscribeLine(listener: () => void): () => void {
    const timer = setInterval(listener, TICK_MS);
    return () => {
      clearInterval(timer);
    };
  }

  /** Tries at once what failed, unless the server asked to wait. */
  retryNow(): void {
    this.#outbox.retryNow();
  }

  /** Sends at once what is there; also done by itself when the page is hidden. */
  flush(): void {
    this.#outbox.flush();
  }

  #watchPage(): void {
    addEventListener('online', () => {
      this.#outbox.retryNow();
    });
    watchPage(
      () => {
        this.#counts.tick();
        // Tabs may have died before they could tell what they stored.
        this.#outbox.wake();
      },
      (isVisible) => {
        this.#counts.setVisible(isVisible);
        if (isVisible) this.#gather();
        else this.#outbox.flush();
        this.#onSight?.();
      },
    );
  }

  /** Leads while it is looked at and it is this tab's turn: a hidden tab may be put to sleep. */
  async #leadInTurn(locks: LockManager, name: string): Promise<never> {
    const sight = async (state: DocumentVisibilityState): Promise<void> => {
      while (document.visibilityState !== state) {
        await new Promise<void>((resolve) => {
          // Later, so that what others do in the same event still finds this tab leading.
          this.#onSight = () => setTimeout(resolve);
        });
      }
    };
    for (;;) {
      await sight('visible');
      await locks.request(name, async () => {
        await this.#outbox.lead();
        await sight('hidden');
        await this.#outbox.yieldLead();
      });
    }
  }

  #tell(news: News): void {
    this.#tabs.postMessage(news);
    this.#hear(news);
  }

  #hear(settlement: News): void {
    if (settlement === null) {
      this.#outbox.wake();
      this.#gather();
      return;
    }
    const { who, intent, end } = settlement;
    this.#changes += 1;
    if (who === this.#person) this.#likes.settle(settlement);
    if (end.kind === 'recorded') this.#counts.include(intent.video, end.position);
    this.#options.onSettled?.(settlement);
  }

  async #press(intent: Intent): Promise<boolean> {
    if (!VIDEO.test(intent.video)) throw new TypeError(`video ${intent.video}`);
    // Only a person can like; the page asks a visitor to sign in.
    return this.#person ? this.#enqueue(this.#person, intent) : false;
  }

  async #enqueue(who: Who, intent: Intent): Promise<boolean> {
    const isLast = document.visibilityState === 'hidden';
    const { op, kept } = this.#outbox.enqueue(who, intent, isLast);
    this.#changes += 1;
    this.#likes.press(op);
    const isKept = await kept;
    this.#tell(isKept ? null : { ...op, end: { kind: 'superseded' } });
    return isKept;
  }

  #gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#ports.setTimer(() => {
      this.#isGathering = false;
      void this.#refresh();
    }, GATHER_MS);
  }

  /** Takes in what all tabs have pressed, and asks which of the videos looked at are liked. */
  async #refresh(): Promise<void> {
    const person = this.#person;
    if (!person) return;
    const changes = this.#changes;
    const { ops, grant } = await this.#outbox.of(person);
    if (changes !== this.#changes) {
      this.#gather();
      return;
    }
    this.#likes.restore(ops);
    const videos = this.#counts.followed().filter((video) => !this.#likes.isRead(video));
    // Without a grant yet, the news of a session comes back here.
    while (grant && videos.length > 0) {
      const path = `/v1/me/likes?${queryOf(videos.splice(0, STREAMED_MAX))}`;
      const { value } = await this.#ports.ask(path, parseLikes, grant);
      if (person !== this.#person) return;
      for (const [video, liked] of Object.entries(value ?? {})) this.#likes.confirm(video, liked);
    }
  }

  async #openSession(who: Who): Promise<Answer<string>> {
    if (who === null) return this.#ports.ask('/v1/sessions', parseGrant, undefined, {});
    try {
      const grant = await this.#options.getGrant?.(who);
      return grant ? { value: grant } : NO_ANSWER;
    } catch {
      return NO_ANSWER;
    }
  }
}

/** Connects a page to a Holdfast. Call it once for a page. */
export function createHoldfast(options: HoldfastOptions = {}): Holdfast {
  return new Holdfast(options);
}
