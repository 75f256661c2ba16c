// The only thing that draws a count. It takes the count whole, so age and state come along.

import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { areaOf, useLocale, useWords } from '../app/i18n.ts';
import { Icon } from '../ui/icon.tsx';
import './count.css';
import type { Count as CountValue } from './count.ts';
import { en } from './messages.en.ts';
import { writeCount } from './write-count.ts';
import type { CountMetric, CountText } from './write-count.ts';

/** How often the age of a count is looked at again. */
const REDRAW_MS = 20_000;

export const countArea = areaOf(en, {
  ar: () => import('./messages.ar.ts').then(({ ar }) => ar),
});

type CountProps = Readonly<{
  count: CountValue;
  metric: CountMetric;
  /** The reader's own like is on its way and not in the value yet. */
  pending?: boolean;
  /** Every digit, as in the studio. */
  exact?: boolean;
  /** The label is said by something else, such as the button it stands in. */
  hidden?: boolean;
}>;

/** A count with its age and state: digits, a small clock with the age when stale, a dash when unknown. */
export function Count({ count, metric, pending, exact, hidden }: CountProps): ReactElement {
  const text = useCountText(count, metric, exact);
  const t = useWords(countArea);
  const label = pending === true ? t('pending', { label: text.label }) : text.label;
  return (
    <span className="count" data-state={text.state} data-pending={pending} title={label}>
      <span className="count-digits" aria-hidden="true">
        <Digits text={text} />
      </span>
      {text.note !== '' && (
        <span className="count-note" aria-hidden="true">
          <Icon name="clock" />
          {text.note}
        </span>
      )}
      {hidden !== true && <span className="unseen">{label}</span>}
    </span>
  );
}

/** A count as text, for accessible names. It is written again as it ages. */
export function useCountText(count: CountValue, metric: CountMetric, exact = false): CountText {
  const t = useWords(countArea);
  const language = useLocale();
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => {
      setNowMs(Date.now());
    }, REDRAW_MS);
    return () => {
      clearInterval(timer);
    };
  }, []);
  return writeCount(count, metric, { t, language, timeZone: undefined, nowMs }, exact);
}

/** Digits that moved since the last drawing fade in; a first drawing moves nothing. NU5. */
function Digits({ text }: Readonly<{ text: CountText }>): ReactElement {
  const [shown, setShown] = useState({ text, before: '' });
  if (shown.text.digits !== text.digits) {
    const isKnown = shown.text.state !== 'unknown' && text.state !== 'unknown';
    setShown({ text, before: isKnown ? shown.text.digits : '' });
  }
  const { before } = shown;
  if (before === '') return <>{text.digits}</>;
  return (
    <>
      {Array.from(text.digits).map((digit, place) => (
        // A place is named by its digit, so that only a changed one is a new element.
        <span
          key={`${place}${digit}`}
          className={before[place] === digit ? undefined : 'count-new'}
        >
          {digit}
        </span>
      ))}
    </>
  );
}
