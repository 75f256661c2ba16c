// /trust: the countries, and who runs each.

import type { ReactElement } from 'react';
import { Frame } from '../ui/frame.tsx';

export function TrustListPage(): ReactElement {
  return (
    <Frame title="Public record">
      <h1>Public record</h1>
    </Frame>
  );
}
