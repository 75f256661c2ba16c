// What all parts of a studio page share: choices, zone, writers, and the time.

import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useLocale } from '../app/i18n.ts';
import { formatsOf } from './formats.ts';
import type { Formats } from './formats.ts';
import { periodOf } from './period.ts';
import type { Period } from './period.ts';
import { changedChoice, keepChoice, keptChoice, studioChoice } from './search.ts';
import type { StudioChoice } from './search.ts';
import { MINUTE_MS, zoneOf } from './zone.ts';
import type { Zone } from './zone.ts';

const LOOK_MS = 15_000;

/** The time, to the minute: what is made of it changes no more often than that. */
export function useMinute(): number {
  const [minute, setMinute] = useState(() => Math.floor(Date.now() / MINUTE_MS));
  useEffect(() => {
    const timer = setInterval(() => setMinute(Math.floor(Date.now() / MINUTE_MS)), LOOK_MS);
    return () => clearInterval(timer);
  }, []);
  return minute * MINUTE_MS;
}

export type Studio = Readonly<{
  choice: StudioChoice;
  choose: (change: Partial<StudioChoice>) => void;
  zone: Zone;
  period: Period;
  formats: Formats;
  nowMs: number;
}>;

export function useStudio(): Studio {
  const search = useSearch({ strict: false }) as Readonly<Record<string, unknown>>;
  const navigate = useNavigate();
  const language = useLocale();
  const nowMs = useMinute();
  const choice = useMemo(() => studioChoice(search, keptChoice(localStorage)), [search]);
  const choose = useCallback(
    (change: Partial<StudioChoice>) => {
      const next = changedChoice(choice, change);
      keepChoice(localStorage, next);
      void navigate({ to: '.', search: next as never, replace: true, resetScroll: false });
    },
    [choice, navigate],
  );
  const tz = choice.tz ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zone = useMemo(() => zoneOf(tz), [tz]);
  const { fromMs, toMs, grain, grainMs } = periodOf(choice, zone, nowMs);
  // The same period is the same object, so that what is asked for it is asked once.
  const period = useMemo(() => ({ fromMs, toMs, grain, grainMs }), [fromMs, toMs, grain, grainMs]);
  const formats = useMemo(() => formatsOf(language, zone.name), [language, zone]);
  return { choice, choose, zone, period, formats, nowMs };
}

/** The value that this one replaced, for as long as it stays. */
export function useBefore<T>(value: T): T | undefined {
  const seen = useRef<{ now: T; before: T | undefined }>({ now: value, before: undefined });
  const [before, setBefore] = useState<T | undefined>(undefined);
  useEffect(() => {
    if (Object.is(seen.current.now, value)) return;
    seen.current = { now: value, before: seen.current.now };
    setBefore(seen.current.before);
  }, [value]);
  return before;
}

/** Whether this device has a network, as the browser says. */
export function useOnline(): boolean {
  const [isOnline, setOnline] = useState(() => navigator.onLine);
  useEffect(() => {
    const look = (): void => setOnline(navigator.onLine);
    addEventListener('online', look);
    addEventListener('offline', look);
    return () => {
      removeEventListener('online', look);
      removeEventListener('offline', look);
    };
  }, []);
  return isOnline;
}
