// Whose the sample clips are: a profile that no account can have, as its handle is kept for the
// platform.

export const SAMPLES = {
  account: 'holdfast-samples',
  handle: 'holdfast',
  displayName: 'Holdfast',
  bio: 'Sample clips to try things with. Nobody made up a like or a view for them.',
} as const;
