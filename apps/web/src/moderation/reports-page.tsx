import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function ReportsPage(): ReactElement {
  return (
    <Page title="Reports">
      <Bones />
    </Page>
  );
}
