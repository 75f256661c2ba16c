import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function SignInPage(): ReactElement {
  return (
    <Page title="Sign in">
      <Bones />
    </Page>
  );
}
