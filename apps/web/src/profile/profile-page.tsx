import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function ProfilePage(): ReactElement {
  return (
    <Page title="Profile">
      <Bones />
    </Page>
  );
}
