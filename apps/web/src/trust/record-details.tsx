// What stands below the owner of a country. A file of its own with the checks that it needs: who
// runs the country is shown before it is here.

import type { ReactElement } from 'react';
import { BooksSection } from './books-section.tsx';
import { BorderSection } from './border-section.tsx';
import { CharterSection } from './charter-section.tsx';
import { HandoverSection } from './handover-section.tsx';
import type { TrustRecord } from './record.ts';
import { RetirementSection } from './retirement-section.tsx';

export function RecordDetails({ record }: Readonly<{ record: TrustRecord }>): ReactElement {
  return (
    <>
      <CharterSection record={record} />
      <HandoverSection record={record} />
      <BorderSection border={record.border} />
      <BooksSection jurisdiction={record.jurisdiction} />
      <RetirementSection retirements={record.retirements} />
    </>
  );
}
