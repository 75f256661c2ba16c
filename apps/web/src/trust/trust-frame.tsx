import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import { Frame } from '../ui/frame.tsx';
import './trust.css';

type TrustFrameProps = Readonly<{ title: string; children: ReactNode }>;

/** The frame of the public record. */
export function TrustFrame({ title, children }: TrustFrameProps): ReactElement {
  const nav = (
    <>
      <li>
        <Link to="/trust" activeOptions={{ exact: true }}>
          Countries
        </Link>
      </li>
      <li>
        <Link to="/trust/verify">Check a file</Link>
      </li>
    </>
  );
  const foot = (
    <p>
      This page came from the server it speaks of. Who does not want to trust it takes the files and
      checks them elsewhere: <code>holdfast handover verify FILE</code> runs the same checks
      offline, and the form of every file is written down in the open.
    </p>
  );
  return (
    <Frame title={title} nav={nav} foot={foot}>
      {children}
    </Frame>
  );
}
