import { useRef } from 'react';
import type { ReactElement } from 'react';

type FileButtonProps = Readonly<{
  label: string;
  accept: string;
  onFile: (file: File) => void;
  isMain?: boolean;
  isBusy?: boolean;
}>;

/** A button that opens the system's choice of files. */
export function FileButton(props: FileButtonProps): ReactElement {
  const { label, accept, onFile, isMain = false, isBusy = false } = props;
  const input = useRef<HTMLInputElement>(null);
  return (
    <>
      <input
        ref={input}
        type="file"
        hidden
        accept={accept}
        onChange={({ target }) => {
          const file = target.files?.item(0) ?? null;
          // Choosing the same file again has to be an event again.
          target.value = '';
          if (file !== null) onFile(file);
        }}
      />
      <button
        className="button"
        data-kind={isMain ? 'main' : undefined}
        type="button"
        disabled={isBusy}
        onClick={() => input.current?.click()}
      >
        {label}
      </button>
    </>
  );
}
