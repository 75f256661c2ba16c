// Admission: everything that must be decided once, before the journal (C5). Names of people and
// videos become numbers here; new people get theirs.

import type { VideoId } from '@holdfast/protocol/ids.ts';
import type { Entry, NumberedOp, OpsEntry, PersonEntry } from '../counting/entries.ts';
import { NO_VIDEO, NOBODY, PERSONS_MAX, VIDEOS_MAX } from '../counting/numbers.ts';
import type { PersonNo, VideoNo } from '../counting/numbers.ts';
import type { MetaRow } from '../counting/rows.ts';
import { NameCache } from './names.ts';
import type { EngineRequest, Identify, OpsGroup, UnavailableCode, Who } from './requests.ts';
import type { RowView } from './row-view.ts';

const SUBJECTS_CACHED_MAX = 100_000;
const VIDEOS_CACHED_MAX = 200_000;

/** A request as entries, or why it cannot become any. */
export type Admitted = Readonly<
  | { kind: 'entries'; entries: readonly Entry[]; person: PersonNo }
  | { kind: 'unknown-video' }
  | { kind: 'unavailable'; code: UnavailableCode }
>;

export type AdmittedBatch = Readonly<{
  /** Persons met for the first time; they stand before all other entries of the batch. */
  persons: readonly PersonEntry[];
  /** One for each request, in order. */
  admitted: readonly Admitted[];
}>;

type Naming = {
  persons: PersonEntry[];
  newPersons: Map<string, PersonNo>;
  newVideos: Map<VideoId, VideoNo>;
  unknownVideos: Set<VideoId>;
  personsNumbered: number;
  videosNumbered: number;
};

export class Admission {
  readonly #identify: Identify;
  readonly #subjects = new NameCache<string, PersonNo>(SUBJECTS_CACHED_MAX);
  readonly #videos = new NameCache<VideoId, VideoNo>(VIDEOS_CACHED_MAX);

  constructor(identify: Identify) {
    this.#identify = identify;
  }

  /** Forgets what it remembers: a batch was dropped, or a person was erased. */
  reset(): void {
    this.#subjects.clear();
    this.#videos.clear();
  }

  /** Names to numbers for the requests of one batch, which follows the state `meta`. */
  async admit(
    requests: readonly EngineRequest[],
    view: RowView,
    meta: MetaRow,
  ): Promise<AdmittedBatch> {
    const naming: Naming = {
      persons: [],
      newPersons: new Map(),
      newVideos: new Map(),
      unknownVideos: new Set(),
      personsNumbered: meta.personsNumbered,
      videosNumbered: meta.videosNumbered,
    };
    const firstTry = await this.#admitAll(requests, view, naming);
    if (naming.unknownVideos.size === 0) return { persons: naming.persons, admitted: firstTry };
    // Some videos were not remembered: they are looked up in one go, then all is named again.
    for (const [id, no] of await view.findVideos([...naming.unknownVideos])) {
      this.#videos.set(id, no);
    }
    const again = { ...naming, newVideos: new Map(), videosNumbered: meta.videosNumbered };
    const admitted = await this.#admitAll(requests, view, again);
    return { persons: naming.persons, admitted };
  }

  async #admitAll(
    requests: readonly EngineRequest[],
    view: RowView,
    naming: Naming,
  ): Promise<Admitted[]> {
    const admitted: Admitted[] = [];
    for (const request of requests) admitted.push(await this.#admitOne(request, view, naming));
    return admitted;
  }

  async #admitOne(request: EngineRequest, view: RowView, naming: Naming): Promise<Admitted> {
    switch (request.kind) {
      case 'ops': {
        const entries: OpsEntry[] = [];
        for (const group of request.groups) {
          const person =
            this.#knownPerson(group.who, naming) ??
            (await this.#personOf(group.who, view, naming, true));
          if (person === undefined) return { kind: 'unavailable', code: 'storage-full' };
          entries.push(this.#opsEntry(group, person, naming));
        }
        return { kind: 'entries', entries, person: NOBODY };
      }
      case 'person': {
        const who: Who = { kind: 'subject', subjectKey: request.subjectKey };
        const person = await this.#personOf(who, view, naming, true);
        if (person === undefined) return { kind: 'unavailable', code: 'storage-full' };
        return { kind: 'entries', entries: [], person };
      }
      case 'video':
        return this.#admitVideo(request, naming);
      case 'correction': {
        const video = this.#videoNo(request.video, naming);
        if (video === NO_VIDEO) return { kind: 'unknown-video' };
        const entry: Entry = { ...request, video };
        return { kind: 'entries', entries: [entry], person: NOBODY };
      }
      case 'erase': {
        const person = (await this.#personOf(request.who, view, naming, false)) ?? NOBODY;
        const entries: Entry[] = person === NOBODY ? [] : [{ kind: 'erase', person }];
        return { kind: 'entries', entries, person };
      }
    }
  }

  #admitVideo(request: Extract<EngineRequest, { kind: 'video' }>, naming: Naming): Admitted {
    if (this.#videoNo(request.video, naming) !== NO_VIDEO) {
      return { kind: 'entries', entries: [], person: NOBODY };
    }
    if (naming.videosNumbered + 1 >= VIDEOS_MAX) {
      return { kind: 'unavailable', code: 'storage-full' };
    }
    naming.videosNumbered += 1;
    const no = naming.videosNumbered as VideoNo;
    naming.newVideos.set(request.video, no);
    const { video, durationMs, creatorKey } = request;
    const entry: Entry = { kind: 'video', no, video, durationMs, creatorKey };
    return { kind: 'entries', entries: [entry], person: NOBODY };
  }

  #videoNo(video: VideoId, naming: Naming): VideoNo {
    const no = this.#videos.get(video) ?? naming.newVideos.get(video);
    if (no !== undefined) return no;
    naming.unknownVideos.add(video);
    return NO_VIDEO;
  }

  #opsEntry(group: OpsGroup, person: PersonNo, naming: Naming): OpsEntry {
    const { sessionKey, startedAtMs, vouched } = group;
    const ops: NumberedOp[] = [];
    for (const op of group.ops) {
      const video = this.#videoNo(op.video, naming);
      const { n, kind } = op;
      if (kind !== 'view') ops.push({ n, kind, video });
      else ops.push({ n, kind, video, watchedMs: op.watchedMs, source: op.source });
    }
    return { kind: 'ops', sessionKey, person, startedAtMs, vouched, ops };
  }

  /** The person's number without asking the store, if it is known here. */
  #knownPerson(who: Who, naming: Naming): PersonNo | undefined {
    switch (who.kind) {
      case 'anonymous':
        return NOBODY;
      case 'person':
        return who.person;
      case 'subject':
        return this.#subjects.get(who.subjectKey) ?? naming.newPersons.get(who.subjectKey);
    }
  }

  /** The person's number from the store; a new one when `create` and there is one to give. */
  async #findPerson(
    subjectKey: string,
    view: RowView,
    naming: Naming,
    create: boolean,
  ): Promise<PersonNo | undefined> {
    const { pseudonym, creatorKey } = this.#identify(subjectKey);
    const found = await view.findPerson(pseudonym);
    if (found !== undefined) {
      this.#subjects.set(subjectKey, found);
      return found;
    }
    if (!create || naming.personsNumbered + 1 >= PERSONS_MAX) return undefined;
    naming.personsNumbered += 1;
    const person = naming.personsNumbered as PersonNo;
    naming.newPersons.set(subjectKey, person);
    naming.persons.push({ kind: 'person', person, pseudonym, creatorKey });
    return person;
  }

  async #personOf(
    who: Who,
    view: RowView,
    naming: Naming,
    create: boolean,
  ): Promise<PersonNo | undefined> {
    const known = this.#knownPerson(who, naming);
    if (known !== undefined || who.kind !== 'subject') return known;
    return this.#findPerson(who.subjectKey, view, naming, create);
  }
}
