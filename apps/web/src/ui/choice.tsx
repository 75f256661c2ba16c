import { useId } from 'react';
import type { ReactElement } from 'react';

type ChoicesProps<Value extends string> = Readonly<{
  legend: string;
  /** Value, name, and a sentence on it where one is needed. */
  options: readonly (readonly [Value, string, string?])[];
  chosen: Value;
  onChoose: (value: Value) => void;
}>;

/** One of a few, each as a card of its own. */
export function Choices<Value extends string>(props: ChoicesProps<Value>): ReactElement {
  const { legend, options, chosen, onChoose } = props;
  const name = useId();
  return (
    <fieldset className="choices">
      <legend>{legend}</legend>
      {options.map(([value, label, hint]) => (
        <label key={value} className="choice">
          <input
            type="radio"
            name={name}
            checked={value === chosen}
            onChange={() => onChoose(value)}
          />
          <b>{label}</b>
          {hint !== undefined && <span className="small soft">{hint}</span>}
        </label>
      ))}
    </fieldset>
  );
}
