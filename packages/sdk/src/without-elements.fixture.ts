// What a page with buttons of its own imports: all but the elements.

import { createHoldfast } from './index.ts';

createHoldfast({ origin: 'https://holdfast.example' });
