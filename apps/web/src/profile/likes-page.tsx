import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function LikesPage(): ReactElement {
  return (
    <Page title="Likes">
      <Bones />
    </Page>
  );
}
