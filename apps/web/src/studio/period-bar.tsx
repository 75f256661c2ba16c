// The choice of period, comparison and time zone.

import { useState } from 'react';
import type { FormEvent, ReactElement, ReactNode } from 'react';
import { useWords } from '../app/i18n.ts';
import { choiceOf, COMPARES, dayTextsOf, PERIODS } from './period.ts';
import type { Compare } from './period.ts';
import type { Studio } from './use-studio.ts';
import { studioArea } from './words.ts';

type PeriodBarProps = Readonly<{ studio: Studio; children?: ReactNode }>;

export function PeriodBar({ studio, children }: PeriodBarProps): ReactElement {
  const { choice, choose } = studio;
  const t = useWords(studioArea);
  return (
    <div className="period-bar">
      <fieldset className="segments">
        <legend className="unseen">{t('period.label')}</legend>
        {PERIODS.map((period) => (
          <label key={period}>
            <input
              type="radio"
              name="period"
              value={period}
              checked={choice.period === period}
              onChange={() => choose(chosen(period, studio))}
            />
            <span>{t(`period.${period}`)}</span>
          </label>
        ))}
      </fieldset>
      <label className="picker">
        <span>{t('compare.label')}</span>
        <select
          value={choice.compare}
          onChange={(event) => choose({ compare: compareOf(event.target.value) })}
        >
          {COMPARES.map((compare) => (
            <option key={compare} value={compare}>
              {t(`compare.${compare}`)}
            </option>
          ))}
        </select>
      </label>
      <ZonePicker studio={studio} />
      {children}
      {choice.period === 'custom' && (
        <OwnDays key={`${choice.from} ${choice.to}`} studio={studio} />
      )}
    </div>
  );
}

/** A period of one's own begins as the one that was shown. */
function chosen(period: (typeof PERIODS)[number], studio: Studio): Partial<Studio['choice']> {
  return period === 'custom' ? { period, ...dayTextsOf(studio.period, studio.zone) } : { period };
}

function compareOf(value: string): Compare {
  return COMPARES.find((compare) => compare === value) ?? 'none';
}

function ZonePicker({ studio }: PeriodBarProps): ReactElement {
  const t = useWords(studioArea);
  const { name } = studio.zone;
  const zones = Intl.supportedValuesOf('timeZone');
  const all = zones.includes('UTC') ? zones : ['UTC', ...zones];
  return (
    <label className="picker">
      <span>{t('zone.label')}</span>
      <select value={name} onChange={(event) => studio.choose({ tz: event.target.value })}>
        {(all.includes(name) ? all : [name, ...all]).map((zone) => (
          <option key={zone} value={zone}>
            {zone.replaceAll('_', ' ')}
          </option>
        ))}
      </select>
    </label>
  );
}

function OwnDays({ studio }: PeriodBarProps): ReactElement {
  const t = useWords(studioArea);
  const { choice, choose } = studio;
  const [from, setFrom] = useState(choice.from ?? '');
  const [to, setTo] = useState(choice.to ?? '');
  const [isWrong, setWrong] = useState(false);
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    const next = choiceOf({ period: 'custom', from, to }, choice);
    setWrong(next.period !== 'custom');
    if (next.period === 'custom') choose({ period: 'custom', from, to });
  };
  return (
    <form className="own-days" onSubmit={onSubmit}>
      <label className="picker">
        <span>{t('period.from')}</span>
        <input
          type="date"
          required
          value={from}
          onChange={(event) => setFrom(event.target.value)}
        />
      </label>
      <label className="picker">
        <span>{t('period.to')}</span>
        <input type="date" required value={to} onChange={(event) => setTo(event.target.value)} />
      </label>
      <button className="button" type="submit">
        {t('period.apply')}
      </button>
      <p role="alert" className="small">
        {isWrong && t('period.wrong')}
      </p>
    </form>
  );
}
