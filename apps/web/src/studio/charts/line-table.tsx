import type { ReactElement } from 'react';
import { useWords } from '../../app/i18n.ts';
import { studioArea } from '../words.ts';
import { valueOf } from './buckets.ts';
import type { LineChartProps } from './line-props.ts';
import { marksIn } from './line-geometry.ts';

/** The same as the chart, newest first: values, what is not over, what is not known, what happened. */
export function LineTable(props: LineChartProps): ReactElement {
  const { title, caption, buckets, compared, marks, grain, grainMs, unit, formats } = props;
  const t = useWords(studioArea);
  const rows = buckets.map((bucket, place) => ({ bucket, other: compared[place] })).toReversed();
  const states = {
    whole: t('chart.over'),
    unfinished: t('chart.notOver'),
  } as const;
  return (
    <table className="table">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('chart.time')}</th>
          <th scope="col" className="number">
            {title}
          </th>
          {compared.length > 0 && (
            <th scope="col" className="number">
              {t('chart.before')}
            </th>
          )}
          <th scope="col">{t('chart.state')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ bucket, other }) => (
          <tr key={bucket.atMs} data-kind={bucket.kind}>
            <th scope="row">{formats.bucket(bucket.atMs, grain)}</th>
            <td className="number">{formats.value(valueOf(bucket), unit)}</td>
            {compared.length > 0 && (
              <td className="number">{formats.value(valueOf(other), unit)}</td>
            )}
            <td>
              {bucket.kind === 'gap' ? t(`gap.${bucket.reason}`) : states[bucket.kind]}
              {marksIn(marks, bucket.atMs, grainMs).map((index) => (
                <span key={index} className="soft">
                  {' '}
                  {marks[index]?.text}
                </span>
              ))}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
