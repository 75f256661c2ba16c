// /trust/verify: checks a certificate file that somebody has, in their own browser.

import type { ReactElement } from 'react';
import { Frame } from '../ui/frame.tsx';

export function VerifyPage(): ReactElement {
  return (
    <Frame title="Check a certificate">
      <h1>Check a certificate</h1>
    </Frame>
  );
}
