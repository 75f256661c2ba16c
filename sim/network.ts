// The network between processes: it loses, repeats, delays and overtakes, and can be cut in one
// direction between any two.

import type { Random } from '@holdfast/engine/testing/random.ts';
import type { Marks } from './marks.ts';
import type { Life, Process } from './process.ts';
import type { VirtualTime } from './virtual-time.ts';

export type Weather = Readonly<{ lossPart: number; twicePart: number; delayMsMax: number }>;

export const FAIR: Weather = { lossPart: 0, twicePart: 0, delayMsMax: 0 };
/** On a good day a message takes from one to so many milliseconds. */
const FAIR_MS_MAX = 4;

export type Ordered = { arrivesMs: number; isBroken: boolean };

export class Network {
  weather: Weather = FAIR;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #marks: Marks;
  readonly #cut = new Map<string, number>();

  constructor(time: VirtualTime, random: Random, marks: Marks) {
    this.#time = time;
    this.#random = random;
    this.#marks = marks;
  }

  /** Nothing gets from one to the other until then. */
  cut(from: string, to: string, untilMs: number): void {
    this.#cut.set(`${from}>${to}`, untilMs);
  }

  heal(): void {
    this.#cut.clear();
    this.weather = FAIR;
  }

  /** Asks another process; `undefined` when no answer has come within `silenceMs`. */
  async ask<Reply>(
    from: Life,
    to: Process,
    serve: () => Promise<Reply | undefined>,
    silenceMs: number,
  ): Promise<Reply | undefined> {
    return new Promise((resolve) => {
      const cancel = from.after(silenceMs, () => resolve(undefined));
      const answer = (reply: Reply | undefined): void => {
        cancel();
        resolve(reply);
      };
      this.send(from, to, (life) => {
        const back = (reply: Reply | undefined): void =>
          this.#carry(to.name, from.process.name, () => {
            if (!from.isOver) from.after(0, () => answer(reply));
          });
        if (life === undefined) back(undefined);
        else {
          serve().then(
            (reply) => life.isOver || back(reply),
            () => life.isOver || back(undefined),
          );
        }
      });
    });
  }

  /** One way. `arrive` gets the life that it found, or none where nobody listens. */
  send(from: Life, to: Process, arrive: (life: Life | undefined) => void): void {
    if (from.isOver) return;
    this.#carry(from.process.name, to.name, () => {
      const { life } = to;
      if (life === undefined) arrive(undefined);
      else life.after(0, () => arrive(life));
    });
  }

  /** On a connection: in order, and broken for good by the first message that is lost. */
  sendInOrder(from: Life, to: Life, line: Ordered, arrive: () => void): void {
    if (from.isOver || line.isBroken) return;
    if (to.isOver || this.#isLost(from.process.name, to.process.name)) {
      line.isBroken = true;
      return;
    }
    line.arrivesMs = Math.max(line.arrivesMs, this.#time.nowMs + this.#delayMs());
    this.#time.after(line.arrivesMs - this.#time.nowMs, () => {
      if (!to.isOver) to.after(0, arrive);
    });
  }

  #carry(from: string, to: string, arrive: () => void): void {
    if (this.#isLost(from, to)) return;
    const isTwice = this.#random.chance(this.weather.twicePart);
    if (isTwice) this.#marks.hit('fault: message twice');
    for (let times = isTwice ? 2 : 1; times > 0; times -= 1) {
      this.#time.after(this.#delayMs(), arrive);
    }
  }

  #isLost(from: string, to: string): boolean {
    const untilMs = this.#cut.get(`${from}>${to}`) ?? 0;
    if (this.#time.nowMs < untilMs) {
      this.#marks.hit('fault: message cut off');
      return true;
    }
    const isLost = this.#random.chance(this.weather.lossPart);
    if (isLost) this.#marks.hit('fault: message lost');
    return isLost;
  }

  #delayMs(): number {
    const { delayMsMax } = this.weather;
    const fairMs = 1 + this.#random.below(FAIR_MS_MAX);
    if (delayMsMax === 0 || this.#random.chance(0.7)) return fairMs;
    this.#marks.hit('fault: message late');
    return fairMs + this.#random.below(delayMsMax);
  }
}
