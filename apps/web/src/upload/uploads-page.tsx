import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function UploadsPage(): ReactElement {
  return (
    <Page title="Upload">
      <Bones />
    </Page>
  );
}
