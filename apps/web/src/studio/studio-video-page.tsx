import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function StudioVideoPage(): ReactElement {
  return (
    <Page title="Video">
      <Bones />
    </Page>
  );
}
