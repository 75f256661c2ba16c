// The square of a picture that becomes the avatar. Sliders, so that a keyboard does it too.

import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import type { ProfileWords } from './words.ts';
import { cropOf } from './crop.ts';
import type { Crop } from './crop.ts';

const SIDE_PX = 384;
const QUALITY = 0.88;
const WHOLE: Crop = { zoom: 1, across: 0.5, down: 0.5 };
const ZOOM_MAX = 4;

type CropProps = Readonly<{
  t: ProfileWords;
  file: File;
  onDone: (blob: Blob) => void;
  onClose: () => void;
}>;

export function CropPicture({ t, file, onDone, onClose }: CropProps): ReactElement {
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = usePicture(file);
  const [crop, setCrop] = useState(WHOLE);
  useEffect(() => {
    if (picture === null || picture === 'bad') return;
    const { x, y, side } = cropOf(picture, crop);
    const context = canvas.current?.getContext('2d');
    context?.clearRect(0, 0, SIDE_PX, SIDE_PX);
    context?.drawImage(picture, x, y, side, side, 0, 0, SIDE_PX, SIDE_PX);
  }, [picture, crop]);
  if (picture === 'bad') {
    return (
      <>
        <p className="field-fault" role="alert">
          {t('edit.pictureBad')}
        </p>
        <button className="button" type="button" onClick={onClose}>
          {t('edit.leave')}
        </button>
      </>
    );
  }
  return (
    <>
      <canvas ref={canvas} className="crop" width={SIDE_PX} height={SIDE_PX} />
      <Slider
        label={t('edit.zoom')}
        min={1}
        max={ZOOM_MAX}
        value={crop.zoom}
        onChange={(zoom) => setCrop({ ...crop, zoom })}
      />
      <Slider
        label={t('edit.across')}
        min={0}
        max={1}
        value={crop.across}
        onChange={(across) => setCrop({ ...crop, across })}
      />
      <Slider
        label={t('edit.down')}
        min={0}
        max={1}
        value={crop.down}
        onChange={(down) => setCrop({ ...crop, down })}
      />
      <div className="row">
        <button
          className="button"
          data-kind="main"
          type="button"
          disabled={picture === null}
          onClick={() =>
            canvas.current?.toBlob((blob) => blob !== null && onDone(blob), 'image/jpeg', QUALITY)
          }
        >
          {t('edit.choose')}
        </button>
        <button className="button" type="button" onClick={onClose}>
          {t('edit.leave')}
        </button>
      </div>
    </>
  );
}

/** The picture of a file; `bad` when the browser cannot open it. */
function usePicture(file: File): ImageBitmap | 'bad' | null {
  const [picture, setPicture] = useState<ImageBitmap | 'bad' | null>(null);
  useEffect(() => {
    let isWanted = true;
    const take = (found: ImageBitmap | 'bad'): void => {
      if (isWanted) setPicture(found);
    };
    createImageBitmap(file).then(take, () => take('bad'));
    return () => {
      isWanted = false;
    };
  }, [file]);
  return picture;
}

type SliderProps = Readonly<{
  label: string;
  min: number;
  max: number;
  value: number;
  onChange: (value: number) => void;
}>;

function Slider({ label, onChange, ...range }: SliderProps): ReactElement {
  return (
    <label className="crop-slider">
      <span>{label}</span>
      <input
        type="range"
        step={0.01}
        {...range}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}
