import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function UploadPage(): ReactElement {
  return (
    <Page title="Upload">
      <Bones />
    </Page>
  );
}
