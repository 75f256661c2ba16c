import { useId } from 'react';
import type { ReactElement, ReactNode } from 'react';

type GroupProps = Readonly<{ title: string; hint?: string; children: ReactNode }>;

/** Settings that belong together. */
export function Group({ title, hint, children }: GroupProps): ReactElement {
  const id = useId();
  return (
    <section className="card settings-group" aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        {hint !== undefined && <p className="small soft">{hint}</p>}
      </div>
      {children}
    </section>
  );
}
