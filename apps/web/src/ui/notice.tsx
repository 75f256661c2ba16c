import type { ReactElement, ReactNode } from 'react';

type NoticeProps = Readonly<{ tone?: 'plain' | 'warn' | 'bad'; children: ReactNode }>;

/** Something that a reader has to know before the rest; read out when it appears. */
export function Notice({ tone = 'plain', children }: NoticeProps): ReactElement {
  return (
    <div className="notice" data-tone={tone} role={tone === 'plain' ? undefined : 'status'}>
      {children}
    </div>
  );
}
