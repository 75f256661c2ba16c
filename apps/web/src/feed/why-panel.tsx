// Why a video has its place in the feed: each part with what it adds. Rule WB11.

import type { ReactElement } from 'react';
import { useWords } from '../app/i18n.ts';
import { writePercent } from '../app/formats.ts';
import type { PlayableVideo, WhyPart } from '../app/video.ts';
import { Dialog } from '../ui/dialog.tsx';
import { panelsArea } from './panel-words.ts';
import './panels.css';

const CODES = ['fresh', 'engaged', 'liked', 'followed', 'explore'] as const;
type Code = (typeof CODES)[number];

export function WhyPanel({
  video,
  onClose,
}: Readonly<{ video: PlayableVideo; onClose: () => void }>): ReactElement {
  const t = useWords(panelsArea);
  const parts = video.why.filter(({ weight, value }) => weight * value > 0);
  return (
    <Dialog title={t('why.title')} onClose={onClose}>
      {parts.length === 0 ? (
        <p className="soft">{t('why.none')}</p>
      ) : (
        <>
          <p className="soft">{t('why.intro')}</p>
          <ul className="why">
            {parts
              .toSorted((a, b) => b.weight * b.value - a.weight * a.value)
              .map((part) => (
                <WhyLine key={part.code} part={part} parts={parts} />
              ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}

function WhyLine({
  part,
  parts,
}: Readonly<{ part: WhyPart; parts: readonly WhyPart[] }>): ReactElement {
  const t = useWords(panelsArea);
  const code: Code | undefined = CODES.find((one) => one === part.code);
  const sum = parts.reduce((total, { weight, value }) => total + weight * value, 0);
  const share = (part.weight * part.value) / sum;
  return (
    <li>
      <strong>{code === undefined ? part.code : t(`why.${code}`)}</strong>
      <span className="digits">{writePercent(share)}</span>
      {code !== undefined && <span className="soft small">{t(`why.${code}.text`)}</span>}
      <span className="why-bar" aria-hidden="true">
        <span style={{ inlineSize: `${share * 100}%` }} />
      </span>
    </li>
  );
}
