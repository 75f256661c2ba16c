// A decision, and the decision on an appeal. Neither can be sent without its reasons.

import { useId, useState } from 'react';
import type { ReactElement, SubmitEvent } from 'react';
import { ask, done } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { TroubleText } from '../app/page.tsx';
import { Choices } from '../ui/choice.tsx';
import { toast } from '../ui/toast.tsx';
import { ACTIONS, GROUNDS, OUTCOMES, REASONS } from './wire.ts';
import type { Action, Case, Ground, Outcome, Reason } from './wire.ts';
import type { ModerationWords } from './words.ts';

const FACTS_CHARS_MAX = 1_000;
const HIDDEN_DAYS_MAX = 365;
const HIDDEN_DAYS_FIRST = 30;

type FormProps = Readonly<{ t: ModerationWords; found: Case; onDone: () => Promise<void> }>;
type Fault = Readonly<{ kind: 'words'; text: string } | { kind: 'trouble'; trouble: Trouble }>;

type Chosen = Readonly<{ action: Action; ground: Ground; rule: Reason | ''; days: number }>;

export function DecisionForm({ t, found, onDone }: FormProps): ReactElement {
  const [chosen, setChosen] = useState<Chosen>({
    action: 'none',
    ground: 'rules',
    rule: found.reasons[0] ?? '',
    days: HIDDEN_DAYS_FIRST,
  });
  const [facts, setFacts] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const decide = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const { action, ground, rule, days } = chosen;
    if (rule === '') return setFault({ kind: 'words', text: t('case.ruleMissing') });
    if (facts.trim() === '') return setFault({ kind: 'words', text: t('case.factsMissing') });
    const duration = action === 'hide' ? { durationDays: days } : {};
    const body = { action, ground, rule, facts: facts.trim(), ...duration };
    const path = `/v1/moderation/cases/${found.id}/decisions`;
    const answer = await ask(path, done, { method: 'POST', body });
    if (answer.kind !== 'ok') return setFault({ kind: 'trouble', trouble: answer });
    toast(t('case.decided'));
    await onDone();
  };
  return (
    <form className="card stack" noValidate onSubmit={(event) => void decide(event)}>
      <h2>{t('case.decide')}</h2>
      <Measures t={t} chosen={chosen} onChange={(change) => setChosen({ ...chosen, ...change })} />
      <Facts t={t} facts={facts} onChange={setFacts} />
      <FaultLine t={t} fault={fault} />
      <div>
        <button className="button" data-kind="main" type="submit">
          {t('case.decideDo')}
        </button>
      </div>
    </form>
  );
}

type MeasuresProps = Readonly<{
  t: ModerationWords;
  chosen: Chosen;
  onChange: (change: Partial<Chosen>) => void;
}>;

function Measures({ t, chosen, onChange }: MeasuresProps): ReactElement {
  const id = useId();
  return (
    <>
      <Choices
        legend={t('case.action')}
        options={ACTIONS.map((one) => [one, t(`action.${one}`), t(`action.${one}Hint`)])}
        chosen={chosen.action}
        onChoose={(action) => onChange({ action })}
      />
      {chosen.action === 'hide' && (
        <div className="field">
          <label htmlFor={id}>{t('case.days')}</label>
          <input
            id={id}
            type="number"
            min={1}
            max={HIDDEN_DAYS_MAX}
            value={chosen.days}
            onChange={(event) => onChange({ days: event.target.valueAsNumber })}
          />
        </div>
      )}
      <div className="pair">
        <Choice
          label={t('case.ground')}
          value={chosen.ground}
          options={GROUNDS.map((one) => [one, t(`ground.${one}`)])}
          onChange={(ground) => onChange({ ground })}
        />
        <Choice
          label={t('case.rule')}
          value={chosen.rule}
          options={REASONS.map((one) => [one, t(`reason.${one}`)])}
          onChange={(rule) => onChange({ rule })}
        />
      </div>
    </>
  );
}

type FactsProps = Readonly<{
  t: ModerationWords;
  facts: string;
  onChange: (facts: string) => void;
}>;

function Facts({ t, facts, onChange }: FactsProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t('case.facts')}</label>
      <textarea
        id={id}
        dir="auto"
        rows={4}
        required
        maxLength={FACTS_CHARS_MAX}
        value={facts}
        aria-describedby={`${id}-hint`}
        onChange={(event) => onChange(event.target.value)}
      />
      <p id={`${id}-hint`} className="small soft">
        {t('case.factsHint')}
      </p>
    </div>
  );
}

export function AppealDecisionForm({ t, found, onDone }: FormProps): ReactElement {
  const [outcome, setOutcome] = useState<Outcome>('upheld');
  const [facts, setFacts] = useState('');
  const [fault, setFault] = useState<Fault | null>(null);
  const decide = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (facts.trim() === '') return setFault({ kind: 'words', text: t('case.factsMissing') });
    const path = `/v1/moderation/cases/${found.id}/appeal-decisions`;
    const body = { outcome, facts: facts.trim() };
    const answer = await ask(path, done, { method: 'POST', body });
    if (answer.kind !== 'ok') return setFault({ kind: 'trouble', trouble: answer });
    toast(t('case.decided'));
    await onDone();
  };
  return (
    <form className="card stack" noValidate onSubmit={(event) => void decide(event)}>
      <h2>{t('case.appeal')}</h2>
      <Choices
        legend={t('case.action')}
        options={OUTCOMES.map((one) => [one, t(`case.${one}`)])}
        chosen={outcome}
        onChoose={setOutcome}
      />
      <Facts t={t} facts={facts} onChange={setFacts} />
      <FaultLine t={t} fault={fault} />
      <div>
        <button className="button" data-kind="main" type="submit">
          {t('case.decideDo')}
        </button>
      </div>
    </form>
  );
}

function FaultLine({
  t,
  fault,
}: Readonly<{ t: ModerationWords; fault: Fault | null }>): ReactElement {
  return (
    <div role="alert">
      {fault !== null && (
        <p className="field-fault">
          {fault.kind === 'words' ? (
            fault.text
          ) : (
            <>
              {t('case.failed')} <TroubleText trouble={fault.trouble} />
            </>
          )}
        </p>
      )}
    </div>
  );
}

type ChoiceProps<Value extends string> = Readonly<{
  label: string;
  value: Value | '';
  options: readonly (readonly [Value, string])[];
  onChange: (value: Value) => void;
}>;

function Choice<Value extends string>(props: ChoiceProps<Value>): ReactElement {
  const { label, value, options, onChange } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => {
          const chosen = options.find(([one]) => one === event.target.value);
          if (chosen !== undefined) onChange(chosen[0]);
        }}
      >
        {options.map(([one, name]) => (
          <option key={one} value={one}>
            {name}
          </option>
        ))}
      </select>
    </div>
  );
}
