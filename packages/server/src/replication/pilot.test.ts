import { describe, expect, test } from 'vitest';
import { GATE_NAMES } from '@holdfast/engine/handover/gates.ts';
import type { Gate } from '@holdfast/engine/handover/gates.ts';
import { NO_MEMORY, pilot, RED_MS_MIN } from './pilot.ts';
import type { Intent, PilotAct, PilotLook } from './pilot.ts';

const AUTO: Intent = { mode: 'auto', isApproved: false };
const SETTLE_MS = 2_000;

function gates(light: Gate['light'] = 'green', name?: Gate['name']): readonly Gate[] {
  return GATE_NAMES.map((one) => {
    const isIt = name === undefined || one === name;
    return { name: one, light: isIt ? light : 'green', reason: 'said the test' };
  });
}

type Look = Partial<Pick<PilotLook, 'state' | 'gates' | 'intent'>> & Readonly<{ atMs: number }>;

/** What the last of some looks leads to. */
function actAfter(...looks: readonly Look[]): PilotAct['kind'] {
  let memory = NO_MEMORY;
  let act: PilotAct = { kind: 'wait' };
  for (const { atMs, state = 'shadow', gates: seen = gates(), intent = AUTO } of looks) {
    const look = { state, gates: seen, intent, settleMs: SETTLE_MS, nowMs: atMs };
    ({ memory, act } = pilot(memory, look));
  }
  return act.kind;
}

describe('H37: arming', () => {
  test('begins when all gates have been green for the time to settle, and not before', () => {
    expect(actAfter({ atMs: 0 }, { atMs: SETTLE_MS - 1 })).toBe('wait');
    expect(actAfter({ atMs: 0 }, { atMs: SETTLE_MS })).toBe('go');
  });

  test.each(['red', 'unknown'] as const)('begins anew to wait after a %s gate', (light) => {
    const odd = { atMs: 1_000, gates: gates(light, 'lag') };
    expect(actAfter({ atMs: 0 }, odd, { atMs: 2_000 }, { atMs: 3_999 })).toBe('wait');
    expect(actAfter({ atMs: 0 }, odd, { atMs: 2_000 }, { atMs: 4_000 })).toBe('go');
  });

  test.each(['owning', 'seeding', 'catching-up', 'joining', 'leaving', 'follow-joint'] as const)(
    'does nothing in %s',
    (state) => {
      expect(actAfter({ atMs: 0, state }, { atMs: 60_000, state })).toBe('wait');
    },
  );
});

describe('H37: the cut', () => {
  const joint = (intent: Intent, seen = gates()): Look => {
    return { atMs: 0, state: 'joint', intent, gates: seen };
  };

  test('comes at once when all is green and it was started so', () => {
    expect(actAfter(joint(AUTO))).toBe('cut');
  });

  test('waits for a word when it was started so', () => {
    expect(actAfter(joint({ mode: 'approve', isApproved: false }))).toBe('wait');
    expect(actAfter(joint({ mode: 'approve', isApproved: true }))).toBe('cut');
  });

  test.each(GATE_NAMES)('does not come while %s is unknown', (name) => {
    expect(actAfter(joint(AUTO, gates('unknown', name)))).toBe('wait');
  });

  test('H38: never comes for a copy that is only kept up, nor does arming', () => {
    const intent: Intent = { mode: 'follow', isApproved: true };
    expect(actAfter(joint(intent))).toBe('wait');
    expect(actAfter({ atMs: 0, intent }, { atMs: 60_000, intent })).toBe('wait');
  });
});

describe.each(['arming', 'joint', 'sealing', 'sealed'] as const)('H17, H37: in %s', (state) => {
  const red = gates('red', 'lag');

  test('a gate that stays red stops it', () => {
    const stays = { atMs: RED_MS_MIN, state, gates: red };
    expect(actAfter({ atMs: 0, state, gates: red }, stays)).toBe('stop');
  });

  test('a gate that is red for a moment does not', () => {
    const looks = [0, 500, 1_000, RED_MS_MIN].map((atMs) => {
      return { atMs, state, gates: atMs === 500 ? gates('unknown') : red };
    });
    expect(actAfter(...looks)).toBe('wait');
  });

  test('a difference stops it at once', () => {
    expect(actAfter({ atMs: 0, state, gates: gates('red', 'compare') })).toBe('stop');
  });
});
