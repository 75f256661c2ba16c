import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';

type SectionProps = Readonly<{ title: string; intro?: ReactNode; children: ReactNode }>;

/** A part of a page with its heading and, under it, what it is in a sentence or two. */
export function Section({ title, intro, children }: SectionProps): ReactElement {
  const id = useId();
  return (
    <section className="section" aria-labelledby={id}>
      <div className="section-head">
        <h2 id={id}>{title}</h2>
        {intro !== undefined && <p>{intro}</p>}
      </div>
      {children}
    </section>
  );
}
