import type { ReactElement } from 'react';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import type { Crossing, TrustRecord } from './record.ts';
import { BORDER_TYPES, borderWords, DESTINATIONS } from './words.ts';

/** What left the country, by type, for whom, and how much. */
export function BorderSection({
  border,
}: Readonly<{ border: TrustRecord['border'] }>): ReactElement {
  const intro =
    'Only these types of records may leave the cell. Each one is checked field by field on its way out, and counted. A person’s own data goes to that person alone.';
  const known = new Map(border.types.map((crossing) => [crossing.type, crossing] as const));
  const others = border.types.filter(({ type }) => !BORDER_TYPES.includes(type));
  const all = [...BORDER_TYPES.map((type) => known.get(type) ?? unknownCrossing(type)), ...others];
  const crossed = all.filter(({ records }) => records !== null && records > 0);
  const none = all.filter(({ records }) => records === 0);
  const silent = all.filter(({ records }) => records === null);
  return (
    <Section title="What crossed the border" intro={intro}>
      {silent.length === all.length && (
        <p className="soft">
          The cell has not said how much crossed. That is not known here; it is not zero.
        </p>
      )}
      {crossed.length > 0 && <CrossingTable crossings={crossed} border={border} />}
      {none.length > 0 && (
        <TypeList title={`Nothing has crossed of these ${none.length} types`} crossings={none} />
      )}
      {silent.length > 0 && (
        <TypeList
          title={`Not known of these ${silent.length} types of the closed list`}
          crossings={silent}
        />
      )}
    </Section>
  );
}

type TypeListProps = Readonly<{ title: string; crossings: readonly Crossing[] }>;

function TypeList({ title, crossings }: TypeListProps): ReactElement {
  return (
    <details className="card">
      <summary>{title}</summary>
      <dl className="types">
        {crossings.map(({ type, destination }) => (
          <div key={type}>
            <dt>
              <code>{type}</code>
              {destination !== null && <span className="small soft"> for {whom(destination)}</span>}
            </dt>
            <dd className="small soft">{borderWords(type)}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}

function whom(destination: string): string {
  return DESTINATIONS[destination] ?? destination;
}

function unknownCrossing(type: string): Crossing {
  return { type, destination: null, records: null, bytes: null };
}

type CrossingTableProps = Readonly<{
  crossings: readonly Crossing[];
  border: TrustRecord['border'];
}>;

function CrossingTable({ crossings, border }: CrossingTableProps): ReactElement {
  return (
    <div className="table-wrap" role="region" aria-label="Table of what crossed" tabIndex={0}>
      <table className="table">
        <caption>
          At least, since {write.time(border.since)}; as of {write.time(border.asOf)}
        </caption>
        <thead>
          <tr>
            <th scope="col">Type</th>
            <th scope="col" className="number">
              Records
            </th>
            <th scope="col" className="number">
              Size
            </th>
          </tr>
        </thead>
        <tbody>
          {crossings.map(({ type, destination, records, bytes }) => (
            <tr key={type}>
              <th scope="row">
                <code>{type}</code>
                {destination !== null && (
                  <span className="small soft type-words"> for {whom(destination)}</span>
                )}
                <div className="small soft type-words">{borderWords(type)}</div>
              </th>
              <td className="number">{write.count(records)}</td>
              <td className="number">{write.bytes(bytes)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
