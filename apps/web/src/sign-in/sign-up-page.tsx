import type { ReactElement } from 'react';
import { Bones, Page } from '../app/page.tsx';

export function SignUpPage(): ReactElement {
  return (
    <Page title="Sign up">
      <Bones />
    </Page>
  );
}
