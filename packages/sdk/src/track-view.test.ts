// A scripted media element whose true behaviour is known to the millisecond.

import { describe, expect, test } from 'vitest';
import { trackElement, WATCHED_MS_MIN } from './track-view.ts';

const DURATION_MS = 10_000;
/** Browsers look about four times a second; the tests also look at odd moments. */
const STEP_MS = 250;

class Sight extends EventTarget {
  visibilityState: DocumentVisibilityState = 'visible';
}

/** Plays as a browser does: time passes in steps, and what happens is told by events. */
class ScriptedVideo extends EventTarget {
  currentTime = 0;
  duration = DURATION_MS / 1_000;
  loop = false;
  paused = true;
  playbackRate = 1;
  readyState = 4;
  seeking = false;
  readonly sight = new Sight();
  readonly sent: number[] = [];
  starts = 0;
  nowMs = 5_000;
  #isStalled = false;

  say(type: string): void {
    this.dispatchEvent(new Event(type));
  }

  track(): () => void {
    return trackElement(this, {
      sight: this.sight,
      nowMs: () => this.nowMs,
      onStart: () => {
        this.starts += 1;
      },
      onWatched: (watchedMs) => this.sent.push(watchedMs),
    });
  }

  play(): void {
    this.paused = false;
    this.say('playing');
  }

  pause(): void {
    this.paused = true;
    this.say('pause');
  }

  /** Lets clock time pass; media time goes along where it plays. */
  pass(ms: number, stepMs = STEP_MS): void {
    for (let leftMs = ms; leftMs > 0; leftMs -= stepMs) {
      const clockMs = Math.min(leftMs, stepMs);
      this.nowMs += clockMs;
      if (this.paused || this.#isStalled || this.seeking) continue;
      const toMs = this.currentTime * 1_000 + clockMs * this.playbackRate;
      const restMs = DURATION_MS - toMs;
      this.currentTime = (restMs > 0 ? toMs : DURATION_MS) / 1_000;
      if (restMs > 0) this.say('timeupdate');
      else if (this.loop) this.seek(-restMs);
      else {
        this.paused = true;
        this.say('pause');
        this.say('ended');
      }
    }
  }

  seek(toMs: number): void {
    this.seeking = true;
    this.currentTime = toMs / 1_000;
    this.say('seeking');
    this.seeking = false;
    this.say('seeked');
  }

  stall(isStalled: boolean): void {
    this.#isStalled = isStalled;
    this.readyState = isStalled ? 2 : 4;
    this.say(isStalled ? 'waiting' : 'playing');
  }

  show(isSeen: boolean): void {
    this.sight.visibilityState = isSeen ? 'visible' : 'hidden';
    this.sight.dispatchEvent(new Event('visibilitychange'));
  }
}

function tracked(): { video: ScriptedVideo; stop: () => void } {
  const video = new ScriptedVideo();
  const stop = video.track();
  return { video, stop };
}

describe('the view tracker', () => {
  test('SV5: 3.2 s of playing are 3,200 ms, sent when the visit is left', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(3_200);
    expect(video.sent).toEqual([]);
    stop();
    expect(video.sent).toEqual([3_200]);
    expect(video.starts).toBe(1);
  });

  test('SV4: paused time is not watched', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(1_100);
    video.pause();
    video.pass(60_000);
    video.play();
    video.pass(900);
    stop();
    expect(video.sent).toEqual([2_000]);
  });

  test('SV2: seeking back and forth is not watched, what played until each seek is', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(1_000);
    // Between two looks: 130 ms have played since the last one.
    video.nowMs += 130;
    video.seek(8_000);
    video.pass(500);
    video.seek(200);
    video.seek(5_000);
    video.pass(700);
    stop();
    expect(video.sent).toEqual([1_000 + 130 + 500 + 700]);
  });

  test('SV2: seeking while paused is not watched', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(400);
    video.pause();
    video.pass(5_000);
    video.seek(9_000);
    stop();
    expect(video.sent).toEqual([400]);
  });

  test('SV1: at double speed the clock counts, in slow motion the media', () => {
    const fast = tracked();
    fast.video.playbackRate = 2;
    fast.video.play();
    fast.video.pass(2_000);
    fast.stop();
    expect(fast.video.sent).toEqual([2_000]);
    const slow = tracked();
    slow.video.playbackRate = 0.5;
    slow.video.play();
    slow.video.pass(4_000);
    slow.stop();
    expect(slow.video.sent).toEqual([2_000]);
  });

  test('SV3: loops are watched; the first end sends, later plays only as whole ones', () => {
    const { video, stop } = tracked();
    video.loop = true;
    video.play();
    video.pass(10_500);
    expect(video.sent).toEqual([10_000]);
    video.pass(9_000);
    expect(video.sent, 'the next end is at 20 s').toHaveLength(1);
    video.pass(1_000);
    expect(video.sent).toEqual([10_000, 10_000]);
    video.pass(4_000);
    stop();
    expect(video.sent, 'a part of a play is no second view').toHaveLength(2);
  });

  test('SV3: without looping the end sends, and playing again is a replay', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(11_000);
    expect(video.sent).toEqual([10_000]);
    video.seek(0);
    video.play();
    video.pass(3_000);
    stop();
    expect(video.sent).toEqual([10_000]);
  });

  test('SV4: waiting for data is not watched', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(1_000);
    video.stall(true);
    video.pass(7_000);
    video.stall(false);
    video.pass(600);
    stop();
    expect(video.sent).toEqual([1_600]);
  });

  test('SV4: hidden time is not watched; hiding sends what was, and showing goes on', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(2_200);
    video.show(false);
    expect(video.sent).toEqual([2_200]);
    video.pass(4_000);
    video.show(true);
    video.pass(1_000);
    video.show(false);
    stop();
    expect(video.sent, 'hiding and showing makes no views').toEqual([2_200]);
  });

  test('SV5: scrolling past is no view', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(WATCHED_MS_MIN - 1);
    stop();
    expect(video.sent).toEqual([]);
  });

  test('SV5: nothing is sent after the visit ended', () => {
    const { video, stop } = tracked();
    video.play();
    video.pass(1_000);
    stop();
    video.pass(20_000);
    stop();
    expect(video.sent).toEqual([1_000]);
  });

  test('SV1: a video that plays already when the visit begins is watched from then on', () => {
    const video = new ScriptedVideo();
    video.paused = false;
    video.currentTime = 4;
    const stop = video.track();
    video.pass(1_500);
    stop();
    expect(video.sent).toEqual([1_500]);
  });
});
