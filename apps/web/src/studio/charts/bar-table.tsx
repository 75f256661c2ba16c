// Bars for a few named things. The bars stand in the rows of their own table.

import { useId } from 'react';
import type { CSSProperties, ReactElement, ReactNode } from 'react';
import './charts.css';

export type BarRow = Readonly<{
  name: string;
  /** The length of the bar; `null` has none. */
  part: number | null;
  cells: readonly string[];
}>;

type BarTableProps = Readonly<{
  title: string;
  caption: string;
  /** Headings: of the names, of the bars, of the numbers. */
  head: readonly [string, string, ...string[]];
  rows: readonly BarRow[];
  foot?: ReactNode;
}>;

export function BarTable({ title, caption, head, rows, foot }: BarTableProps): ReactElement {
  const id = useId();
  const [nameHead, barHead, ...cellHeads] = head;
  return (
    <figure className="card chart" aria-labelledby={id}>
      <figcaption>
        <h2 id={id}>{title}</h2>
      </figcaption>
      <div className="bar-scroll" tabIndex={0} role="region" aria-labelledby={id}>
        <table className="table bar-table">
          <caption className="unseen">{caption}</caption>
          <thead>
            <tr>
              <th scope="col">{nameHead}</th>
              {cellHeads.map((text) => (
                <th key={text} scope="col" className="number">
                  {text}
                </th>
              ))}
              <th scope="col">{barHead}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ name, part, cells }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                {cells.slice(0, -1).map((text, index) => (
                  <td key={cellHeads[index]} className="number">
                    {text}
                  </td>
                ))}
                <td className="bar-cell">
                  {cells.at(-1)}
                  <span className="bar-track" aria-hidden="true">
                    {part !== null && <span className="bar-fill" style={widthOf(part)} />}
                  </span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {foot}
    </figure>
  );
}

const widthOf = (part: number): CSSProperties => ({ inlineSize: `${part * 100}%` });
