import type { CharterAct } from '@holdfast/engine/handover/charter-rules.ts';

/** What an act is called. */
export const ACT_NAMES: Readonly<Record<CharterAct, string>> = {
  found: 'Founded',
  join: 'A second copy joined',
  leave: 'The second copy left',
  cede: 'Handed over',
  promote: 'Taken over after a loss',
  renew: 'Key or address renewed',
  force: 'Moved by a person’s order',
};
