import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function SettingsPage(): ReactElement {
  return (
    <Page title="Settings">
      <Bones />
    </Page>
  );
}
