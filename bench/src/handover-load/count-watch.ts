// A reader who looks at the counts of a few videos all the time, through every hand-over. These
// videos are only ever liked, so whatever is shown of them may grow and do nothing else.

import type { Buffer } from 'node:buffer';
import { Histogram } from '../load/histogram.ts';
import { HttpConnection } from '../load/http-connection.ts';
import { getRequest } from '../load/http-request.ts';
import type { Target } from '../load/job.ts';
import { foundCount, parseCounts } from '../load/read-back.ts';
import type { LoadEnd } from './job.ts';

const POLL_EVERY_MS = 20;
const RECONNECT_PAUSE_MS = 100;
const FAULTS_KEPT_MAX = 20;
const BODY_KEPT_BYTES = 200;

/** Judges what is shown of videos that are only liked. */
export class GrowingCounts {
  readonly #shown = new Map<string, number>();
  readonly #first: string[] = [];
  #faults = 0;

  /** `found` is what a reader got for a video; `null` when no number was given. */
  note(video: string, found: number | null): void {
    const before = this.#shown.get(video);
    if (found !== null) this.#shown.set(video, Math.max(before ?? 0, found));
    // A video that nobody has liked yet may be at 0; one without a number is never right.
    if (found === null) this.fault(`${video} has no number, after ${before ?? 'none'}`);
    else if (before !== undefined && found < before) {
      this.fault(`${video} fell from ${before} to ${found}`);
    }
  }

  fault(what: string): void {
    this.#faults += 1;
    if (this.#first.length < FAULTS_KEPT_MAX) this.#first.push(what);
  }

  get faults(): number {
    return this.#faults;
  }

  get firstFaults(): readonly string[] {
    return this.#first;
  }
}

export class CountWatch {
  readonly #request: string;
  readonly #names: readonly string[];
  readonly #connection: HttpConnection;
  readonly #counts = new GrowingCounts();
  readonly #latency = new Histogram();
  readonly #timer: NodeJS.Timeout;
  #askedAtMs: number | null = null;
  #polls = 0;
  #isOver = false;

  constructor(target: Target, names: readonly string[]) {
    const query = names.map((name) => `video=${name}`).join('&');
    this.#request = getRequest(`/v1/counts?${query}`, target.serviceKey);
    this.#names = names;
    this.#connection = new HttpConnection(target.port, {
      onResponse: (status, body) => this.#answered(status, body),
      onBroken: (error) => this.#broken(error),
      onUnreadable: (error) => this.#broken(error),
    });
    this.#connection.open();
    this.#timer = setInterval(() => this.#poll(), POLL_EVERY_MS);
  }

  get faults(): number {
    return this.#counts.faults;
  }

  close(): LoadEnd['counts'] {
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#connection.close();
    const { faults, firstFaults } = this.#counts;
    return { polls: this.#polls, faults, firstFaults, latency: this.#latency.summary() };
  }

  #poll(): void {
    if (this.#askedAtMs !== null) return;
    this.#askedAtMs = performance.now();
    this.#connection.send(this.#request);
  }

  #answered(status: number, body: Buffer): void {
    this.#latency.record(performance.now() - (this.#askedAtMs ?? 0));
    this.#askedAtMs = null;
    this.#polls += 1;
    if (status !== 200) {
      this.#counts.fault(`status ${status}: ${body.toString('utf8', 0, BODY_KEPT_BYTES)}`);
      return;
    }
    const counts = parseCounts(body);
    for (const name of this.#names) this.#counts.note(name, foundCount(counts, name).likes);
  }

  #broken(error: Error): void {
    if (this.#isOver) return;
    this.#counts.fault(`the connection of the reader broke: ${error.message}`);
    setTimeout(() => {
      if (this.#isOver) return;
      this.#askedAtMs = null;
      this.#connection.open();
    }, RECONNECT_PAUSE_MS);
  }
}
