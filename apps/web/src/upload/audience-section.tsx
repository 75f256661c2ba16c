// Who sees the video, and from when on.

import { useId, useState } from 'react';
import type { ReactElement } from 'react';
import { useLocale } from '../app/i18n.ts';
import { Choices } from '../ui/choice.tsx';
import { VISIBILITIES } from './draft-form.ts';
import type { DraftFields } from './draft-form.ts';
import type { UploadWords } from './words.ts';
import { instantOf, localOf, zoneName } from './zoned-time.ts';

type AudienceProps = Readonly<{
  t: UploadWords;
  fields: DraftFields;
  isPast: boolean;
  onChange: (change: Partial<DraftFields>) => void;
}>;

/** A time to begin with when somebody wants one: the next full hour but one. */
const AHEAD_MS = 2 * 60 * 60_000;
const HOUR_MS = 60 * 60_000;
/** The server takes times up to here. */
const SCHEDULE_MS_MAX = 365 * 24 * HOUR_MS;

export function AudienceSection({ t, fields, isPast, onChange }: AudienceProps): ReactElement {
  const { scheduledAt } = fields;
  const scheduledMs = scheduledAt === null ? null : Date.parse(scheduledAt);
  const schedule = (ms: number): void => onChange({ scheduledAt: new Date(ms).toISOString() });
  return (
    <div className="stack">
      <Choices
        legend={t('audience.who')}
        options={VISIBILITIES.map((one) => [one, t(`audience.${one}`), t(`audience.${one}Hint`)])}
        chosen={fields.visibility}
        onChoose={(visibility) => onChange({ visibility })}
      />
      <Choices
        legend={t('audience.when')}
        options={[
          ['now', t('audience.now')],
          ['later', t('audience.later')],
        ]}
        chosen={scheduledMs === null ? 'now' : 'later'}
        onChoose={(when) => {
          if (when === 'now') onChange({ scheduledAt: null });
          else schedule(Math.ceil((Date.now() + AHEAD_MS) / HOUR_MS) * HOUR_MS);
        }}
      />
      {scheduledMs !== null && (
        <ScheduleField t={t} scheduledMs={scheduledMs} isPast={isPast} onChange={schedule} />
      )}
      <label className="check">
        <input
          type="checkbox"
          checked={fields.commentsOff}
          onChange={(event) => onChange({ commentsOff: event.target.checked })}
        />
        <span>{t('audience.commentsOff')}</span>
      </label>
    </div>
  );
}

type ScheduleProps = Readonly<{
  t: UploadWords;
  scheduledMs: number;
  isPast: boolean;
  onChange: (ms: number) => void;
}>;

function ScheduleField({ t, scheduledMs, isPast, onChange }: ScheduleProps): ReactElement {
  const id = useId();
  const locale = useLocale();
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const [isFar, setFar] = useState(false);
  const isWrong = isPast || isFar;
  const explained = t('audience.zone', {
    zone: `${zone} (${zoneName(zone, scheduledMs, locale)})`,
  });
  return (
    <div className="field">
      <label htmlFor={id}>{t('audience.time')}</label>
      <input
        id={id}
        data-field="schedule-past"
        type="datetime-local"
        value={localOf(scheduledMs, zone)}
        aria-invalid={isWrong}
        aria-describedby={`${id}-zone`}
        onChange={(event) => {
          const ms = instantOf(event.target.value, zone);
          if (ms === null) return;
          const isTooFar = ms > Date.now() + SCHEDULE_MS_MAX;
          setFar(isTooFar);
          if (!isTooFar) onChange(ms);
        }}
      />
      <p id={`${id}-zone`} className={isWrong ? 'field-fault' : 'small soft'}>
        {isWrong ? t(isFar ? 'audience.far' : 'audience.past') : explained}
      </p>
    </div>
  );
}
