// /trust/verify: checks a certificate file that somebody has. The file stays in the browser.

import { useMutation } from '@tanstack/react-query';
import { useId, useState } from 'react';
import type { DragEvent, ReactElement } from 'react';
import { isPublicKey } from '@holdfast/engine/charter/check-crypto.ts';
import { Notice } from '../ui/notice.tsx';
import { TrustFrame } from './trust-frame.tsx';
import { VerdictView } from './verdict-view.tsx';

/** A few times the largest certificate: what is larger is not read at all. */
const FILE_BYTES_MAX: number = 16 * 1024 * 1024;

export function VerifyPage(): ReactElement {
  const [key, setKey] = useState('');
  const [file, setFile] = useState<File>();
  const trimmed = key.trim();
  const isKeyWrong = trimmed !== '' && !isPublicKey(trimmed);
  const check = useMutation({
    mutationFn: async (chosen: File) => {
      if (chosen.size > FILE_BYTES_MAX) throw new Error('The file is larger than any certificate.');
      const [text, { verifyHere }] = await Promise.all([chosen.text(), import('./verify.ts')]);
      return verifyHere(text, trimmed === '' ? undefined : trimmed);
    },
  });
  const choose = (chosen: File | undefined): void => {
    if (chosen === undefined) return;
    setFile(chosen);
    if (!isKeyWrong) check.mutate(chosen);
  };
  return (
    <TrustFrame title="Check a certificate">
      <div className="page-head">
        <p className="eyebrow">Public record</p>
        <h1>Check a certificate</h1>
        <p className="lead">
          Take the file of a hand-over, from wherever you have it. It is checked in this browser and
          sent nowhere.
        </p>
      </div>
      <div className="verify stack">
        <KeyField value={key} onChange={setKey} isWrong={isKeyWrong} />
        <FileDrop onFile={choose} name={file?.name} />
        {file !== undefined && (
          <div>
            <button
              className="button"
              data-kind="main"
              type="button"
              disabled={check.isPending || isKeyWrong}
              onClick={() => check.mutate(file)}
            >
              Check it again
            </button>
          </div>
        )}
        {check.error !== null && (
          <Notice tone="bad">
            <p>
              <strong>The file could not be read.</strong> {check.error.message}
            </p>
          </Notice>
        )}
        {check.data !== undefined && <VerdictView verdict={check.data} />}
      </div>
    </TrustFrame>
  );
}

type KeyFieldProps = Readonly<{
  value: string;
  onChange: (value: string) => void;
  isWrong: boolean;
}>;

function KeyField({ value, onChange, isWrong }: KeyFieldProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>Key of the registrar, if you have it from elsewhere</label>
      <input
        id={id}
        className="mono"
        value={value}
        autoComplete="off"
        spellCheck={false}
        aria-invalid={isWrong}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => onChange(target.value)}
      />
      <p id={`${id}-hint`} className="small soft">
        {isWrong
          ? 'This is no Ed25519 public key: 60 characters that begin with MCowBQYDK2VwAyEA.'
          : 'With it, the check also says whether the file is of the registrar you trust.'}
      </p>
    </div>
  );
}

type FileDropProps = Readonly<{
  onFile: (file: File | undefined) => void;
  name: string | undefined;
}>;

function FileDrop({ onFile, name }: FileDropProps): ReactElement {
  const [isOver, setOver] = useState(false);
  const over = (event: DragEvent, isHere: boolean): void => {
    event.preventDefault();
    setOver(isHere);
  };
  const drop = (event: DragEvent): void => {
    over(event, false);
    onFile(event.dataTransfer.files[0]);
  };
  return (
    <div
      data-over={isOver}
      onDragOver={(event) => over(event, true)}
      onDragLeave={(event) => over(event, false)}
      onDrop={drop}
    >
      <label className="drop">
        <span className="drop-word">
          {name === undefined ? 'Drop the file here, or choose it' : name}
        </span>
        <span className="small soft">a JSON file, as “Save the file” gives it</span>
        <input
          type="file"
          accept=".json,application/json"
          onChange={({ target }) => {
            onFile(target.files?.[0]);
            // So that the same file, changed on disk, can be chosen again.
            clear(target);
          }}
        />
      </label>
    </div>
  );
}

function clear(input: HTMLInputElement): void {
  Object.assign(input, { value: '' });
}
