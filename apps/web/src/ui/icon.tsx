import type { ReactElement } from 'react';

const SHAPES = {
  home: 'M4 11 12 4l8 7v8.5a.5.5 0 0 1-.5.5H15v-6H9v6H4.5a.5.5 0 0 1-.5-.5Z',
  search: 'M10.5 4.5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15 15l5 5',
  plus: 'M12 5v14M5 12h14',
  heart:
    'M12 20.3C5.6 15.6 3 12.5 3 8.9 3 6.2 5.1 4.2 7.6 4.2c1.8 0 3.4 1 4.4 2.6 1-1.6 2.6-2.6 4.4-2.6 2.5 0 4.6 2 4.6 4.7 0 3.6-2.6 6.7-9 11.4Z',
  person: 'M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM4.5 20c.8-3.6 3.8-5.5 7.5-5.5s6.7 1.9 7.5 5.5',
  chart: 'M4 20h16M7 16v-4M12 16V6M17 16v-7',
  gear: 'M12 9a3 3 0 1 0 0 6 3 3 0 0 0 0-6ZM12 3v2.5M12 18.5V21M3 12h2.5M18.5 12H21M5.6 5.6l1.8 1.8M16.6 16.6l1.8 1.8M5.6 18.4l1.8-1.8M16.6 7.4l1.8-1.8',
  flag: 'M6 21V4M6 5c5-2.5 7 2.5 12 0v9c-5 2.5-7-2.5-12 0',
  shield: 'M12 3.5 19 6v5.5c0 4.4-2.9 7.6-7 9-4.1-1.4-7-4.6-7-9V6ZM9 12l2.2 2.2L15.2 10',
  eye: 'M2 12s3.6-6.5 10-6.5S22 12 22 12s-3.6 6.5-10 6.5S2 12 2 12ZM12 9.2a2.8 2.8 0 1 0 0 5.6 2.8 2.8 0 0 0 0-5.6Z',
  comment: 'M4 5.5h16v11h-8L7.5 20v-3.5H4Z',
  share: 'M12 15V4M8 7.5 12 3.5l4 4M5.5 12.5v7h13v-7',
  sound: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5ZM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a7.8 7.8 0 0 1 0 11',
  muted: 'M4 9.5v5h3.5L12 18.5v-13L7.5 9.5Zm12 0 5 5m0-5-5 5',
  captions: 'M4 6h16v12H4ZM10.5 11a2 2 0 1 0 0 2.5M16.5 11a2 2 0 1 0 0 2.5',
  books: 'M4 6h16M4 12h16M4 18h9M16 17.5l1.8 1.8 3.7-3.8',
  up: 'm6 14.5 6-6 6 6',
  down: 'm6 9.5 6 6 6-6',
  play: 'M8 5.5v13l10.5-6.5Z',
  pause: 'M8 5.5v13M16 5.5v13',
  close: 'm6 6 12 12M18 6 6 18',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  clock: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 8v4l2.8 1.8',
  info: 'M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16ZM12 11v5M12 8h.01',
  check: 'm5 12.5 4.5 4.5L19 7.5',
  pin: 'M9 4h6l-1 6 3 3v1.5H7V13l3-3ZM12 14.5V20',
  trash: 'M5 7h14M10 7V4.5h4V7M7 7l.8 12.5h8.4L17 7',
  key: 'M8.5 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12.5 12H21v3.5M17.5 12v2.5',
  out: 'M10 4.5H5v15h5M14 8l4 4-4 4M18 12H9',
  back: 'm14.5 6-6 6 6 6',
  full: 'M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5',
  send: 'M4 12 20 4.5 15.5 20l-4-6.5Z',
} as const;

export type IconName = keyof typeof SHAPES;

/** A drawing without words; what it stands for is said by what it is in. */
export function Icon({ name }: Readonly<{ name: IconName }>): ReactElement {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" data-icon={name}>
      <path d={SHAPES[name]} />
    </svg>
  );
}
