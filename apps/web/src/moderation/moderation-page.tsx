import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function ModerationPage(): ReactElement {
  return (
    <Page title="Moderation">
      <Bones />
    </Page>
  );
}
