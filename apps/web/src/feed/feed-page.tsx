import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function FeedPage(): ReactElement {
  return (
    <Page title="Videos">
      <Bones />
    </Page>
  );
}
