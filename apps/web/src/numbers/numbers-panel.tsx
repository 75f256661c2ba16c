// "What these numbers mean": the subtotals of the countries that a video's counts are made of.

import type { CellCounts, Count as WireCount } from '@holdfast/protocol/counts.ts';
import type { ReactElement } from 'react';
import { useShownCounts } from '../app/engagement.ts';
import { areaOf, useLocale, useWords } from '../app/i18n.ts';
import { jurisdictionName } from '../jurisdiction-names.ts';
import { Dialog } from '../ui/dialog.tsx';
import { Count } from './count.tsx';
import { countOf } from './count.ts';
import { en } from './panel-messages.en.ts';
import './numbers-panel.css';

const panelArea = areaOf(en, {
  ar: () => import('./panel-messages.ar.ts').then(({ ar }) => ar),
});

type PanelProps = Readonly<{ video: string; title: string; onClose: () => void }>;

export function NumbersPanel({ video, title, onClose }: PanelProps): ReactElement {
  const t = useWords(panelArea);
  const language = useLocale();
  const { likes, views, cells, reason } = useShownCounts(video);
  return (
    <Dialog title={t('title')} onClose={onClose}>
      <p className="soft" dir="auto">
        {title}
      </p>
      <div className="table-wrap">
        <table className="table numbers-table">
          <thead>
            <tr>
              <th scope="col">{t('countedIn')}</th>
              <th scope="col" className="number">
                {t('likes')}
              </th>
              <th scope="col" className="number">
                {t('views')}
              </th>
            </tr>
          </thead>
          <tbody>
            {Object.entries(cells).map(([name, cell]) => (
              <tr key={name}>
                <th scope="row">{jurisdictionName(name, language)}</th>
                <td className="number">
                  <Count exact count={countOf(ofCell(cell, 'likes'))} metric="likes" />
                </td>
                <td className="number">
                  <Count exact count={countOf(ofCell(cell, 'views'))} metric="views" />
                </td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row">{t('shown')}</th>
              <td className="number">
                <Count exact count={countOf(likes, reason)} metric="likes" />
              </td>
              <td className="number">
                <Count exact count={countOf(views, reason)} metric="views" />
              </td>
            </tr>
          </tfoot>
        </table>
      </div>
      <dl className="numbers-states">
        {(['live', 'stale', 'unknown'] as const).map((state) => (
          <div key={state}>
            <dt>{t(`${state}.word`)}</dt>
            <dd>{t(`${state}.text`)}</dd>
          </div>
        ))}
      </dl>
      <p className="small soft">{t('rules')}</p>
      <p className="small">
        <a href="/trust">{t('trust')}</a>
      </p>
    </Dialog>
  );
}

/** What a country contributes to one number. */
function ofCell(cell: CellCounts, metric: 'likes' | 'views'): WireCount {
  return cell.state === 'unknown'
    ? { value: null, state: 'unknown', asOf: null }
    : { value: cell[metric], state: cell.state, asOf: cell.asOf };
}
