import { useState } from 'react';
import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { Dialog } from '../ui/dialog.tsx';
import type { DoorMode } from './door.ts';
import { DoorForm } from './door-form.tsx';
import { doorArea } from './words.ts';

const MODES: readonly DoorMode[] = ['sign-up', 'sign-in'];

type DoorDialogProps = Readonly<{
  /** Why an account is needed for what was pressed. */
  reason: string;
  onClose: () => void;
  /** Run once they are in, before the door closes. */
  onEntered?: () => void;
}>;

/** The door over a page, which stays as it is: nothing that was typed there is lost. */
export function DoorDialog({ reason, onClose, onEntered }: DoorDialogProps): ReactElement {
  const t = useWords(doorArea);
  const [mode, setMode] = useState<DoorMode>('sign-up');
  return (
    <Dialog title={t(mode)} onClose={onClose}>
      <p className="soft">{reason}</p>
      <DoorForm
        mode={mode}
        tabs={
          <div className="door-tabs" role="group" aria-label={t('tabs')}>
            {MODES.map((one) => (
              <button
                key={one}
                type="button"
                aria-pressed={one === mode}
                onClick={() => {
                  setMode(one);
                }}
              >
                {t(one)}
              </button>
            ))}
          </div>
        }
        onEntered={() => {
          onEntered?.();
          onClose();
        }}
      />
    </Dialog>
  );
}
