// What a page that only shows numbers imports: the rest of the SDK must not come along.

import { createCounts } from './index.ts';

createCounts('https://holdfast.example').subscribe('v1', () => {});
