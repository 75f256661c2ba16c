import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function SearchPage(): ReactElement {
  return (
    <Page title="Search">
      <Bones />
    </Page>
  );
}
