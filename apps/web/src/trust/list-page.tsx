// /trust: the countries, and who runs each.

import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { jurisdictionName } from '../jurisdiction-names.ts';
import { Chip } from '../ui/chip.tsx';
import type { Tone } from '../ui/chip.tsx';
import { Notice } from '../ui/notice.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { askCells } from './ask.ts';
import type { CellLine } from './record.ts';
import { TrustFrame } from './trust-frame.tsx';
import { Trouble, Waiting } from './trouble.tsx';

export function TrustListPage(): ReactElement {
  return (
    <TrustFrame title="Public record">
      <div className="page-head">
        <p className="eyebrow">Public record</p>
        <h1>Who keeps each country’s likes and views</h1>
        <p className="lead">
          Every country’s people and their likes are kept in one place, by one operator at a time.
          When the operator changes, both sign for what was handed over. All of it is here, for
          anybody to check.
        </p>
      </div>
      <Countries />
      <Section title="What you can check yourself">
        <ol className="cards promises">
          <li className="card">
            <h3>Who owns what</h3>
            <p className="soft">
              One record, the charter, says who owns each country’s data and since when. Your
              browser follows it entry by entry, hash by hash, signature by signature.
            </p>
          </li>
          <li className="card">
            <h3>What was handed over</h3>
            <p className="soft">
              Each hand-over leaves a certificate: the sums before and after, signed by the one who
              gave, the one who took, and the registrar.
            </p>
          </li>
          <li className="card">
            <h3>What crossed the border</h3>
            <p className="soft">
              Only a closed list of record types may leave a country. Here is the list, and how much
              of each has left.
            </p>
          </li>
        </ol>
      </Section>
    </TrustFrame>
  );
}

function Countries(): ReactElement {
  const cells = useQuery(askCells);
  if (cells.data === undefined) {
    return cells.error === null ? (
      <Waiting what="The list of countries" />
    ) : (
      <Trouble
        what="The list of countries"
        error={cells.error}
        retry={() => void cells.refetch()}
      />
    );
  }
  if (cells.data.length === 0) {
    return (
      <Notice>
        <p>No country has been founded here yet.</p>
      </Notice>
    );
  }
  return (
    <ul className="cards">
      {cells.data.map((cell) => (
        <Country key={cell.jurisdiction} cell={cell} />
      ))}
    </ul>
  );
}

const STATES: Readonly<Record<string, Readonly<{ tone: Tone; word: string }>>> = {
  live: { tone: 'good', word: 'numbers live' },
  stale: { tone: 'warn', word: 'numbers stale' },
};

function Country({ cell }: Readonly<{ cell: CellLine }>): ReactElement {
  const { jurisdiction, operator, since, state } = cell;
  const { tone, word } = STATES[state ?? ''] ?? { tone: 'idle', word: 'not heard yet' };
  return (
    <li className="card country">
      <div className="row">
        <Chip tone={tone}>{word}</Chip>
      </div>
      <h2>
        <Link to="/trust/$jurisdiction" params={{ jurisdiction }}>
          {jurisdictionName(jurisdiction)}
        </Link>
      </h2>
      <p className="soft">
        kept by <strong>{operator}</strong> · newest entry of {write.day(since)}
      </p>
    </li>
  );
}
