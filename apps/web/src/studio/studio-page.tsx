import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function StudioPage(): ReactElement {
  return (
    <Page title="Studio">
      <Bones />
    </Page>
  );
}
