// What every chart stands in: a title, what its lines mean, and the switch to its table (SP7).

import { useId, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { useWords } from '../../app/i18n.ts';
import { studioArea } from '../words.ts';
import './charts.css';

type ChartFrameProps = Readonly<{
  title: ReactNode;
  /** Beside the title: what the chart is about, or a choice. */
  note?: ReactNode;
  legend?: ReactNode;
  chart: ReactNode;
  table: ReactNode;
  foot?: ReactNode;
}>;

export function ChartFrame(props: ChartFrameProps): ReactElement {
  const { title, note, legend, chart, table, foot } = props;
  const t = useWords(studioArea);
  const id = useId();
  const [isTable, setTable] = useState(false);
  return (
    <figure className="card chart" aria-labelledby={id}>
      <figcaption className="chart-head">
        <div>
          <h2 id={id}>{title}</h2>
          {note !== undefined && <div className="soft small">{note}</div>}
        </div>
        <button
          className="button chart-switch"
          type="button"
          aria-pressed={isTable}
          onClick={() => setTable(!isTable)}
        >
          {t('chart.asTable')}
        </button>
      </figcaption>
      {isTable ? (
        <div className="table-wrap chart-table" tabIndex={0} role="region" aria-labelledby={id}>
          {table}
        </div>
      ) : (
        <>
          {legend}
          {chart}
        </>
      )}
      {foot}
    </figure>
  );
}
