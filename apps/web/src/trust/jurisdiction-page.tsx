// /trust/us: who runs one country's cell, and everything that shows it.

import type { ReactElement } from 'react';
import { Frame } from '../ui/frame.tsx';

export function JurisdictionPage(): ReactElement {
  return (
    <Frame title="Public record">
      <h1>Country</h1>
    </Frame>
  );
}
