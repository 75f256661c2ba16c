import { useState } from 'react';
import type { ReactElement } from 'react';
import { shortHash } from '../ui/text.ts';

const SAID_MS = 1_500;

/** A hash or key by its two ends; a press copies the whole of it. */
export function Hash({ value, what }: Readonly<{ value: string; what: string }>): ReactElement {
  const [said, setSaid] = useState('');
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(value);
      setSaid('copied');
    } catch {
      setSaid('cannot be copied here');
    }
    setTimeout(() => setSaid(''), SAID_MS);
  };
  return (
    <span className="hash">
      <button type="button" title={value} onClick={() => void copy()}>
        <span className="unseen">Copy {what}: </span>
        <code>{shortHash(value)}</code>
      </button>
      <span className="small soft" role="status">
        {said}
      </span>
    </span>
  );
}
