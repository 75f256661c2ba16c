import type { ReactElement, ReactNode } from 'react';
import type { CharterAct } from '@holdfast/engine/handover/charter-rules.ts';
import { write } from '../ui/text.ts';
import { Hash } from './hash.tsx';
import type { TrustRecord } from './record.ts';
import { ACT_NAMES } from './act-names.ts';

/** Who runs the cell, since when, by which act, and where its data lies. */
export function OwnerCard({ record }: Readonly<{ record: TrustRecord }>): ReactElement {
  const { operator, site, since, act, entry, epoch, dataAt, standby } = record;
  return (
    <div className="card">
      <dl className="facts">
        <Fact name="Kept by">
          {operator}
          <div className="small soft">at its site {site}</div>
        </Fact>
        <Fact name="Since">{write.time(since)}</Fact>
        <Fact name="By which act">
          {ACT_NAMES[act as CharterAct] ?? act}
          <div className="small soft">
            <a href={`/v1/charter?after=${entry.n - 1}`}>charter entry {entry.n}</a>
            {' · '}
            <Hash value={entry.hash} what="the hash of the entry" />
          </div>
        </Fact>
        <Fact name="Where the data lies">
          {dataAt ?? 'not stated'}
          <div className="small soft">
            {dataAt === null ? 'the operator has not said, or is away' : 'by the operator’s word'}
          </div>
        </Fact>
        <Fact name="Second copy">
          {standby === null ? 'none now' : `${standby.operator}/${standby.site}`}
          <div className="small soft">
            {standby === null
              ? 'acknowledged when it is on disk once'
              : 'acknowledged when it is on disk at both'}
          </div>
        </Fact>
        <Fact name="Epoch">
          <span className="digits">{write.count(epoch)}</span>
          <div className="small soft">grows by one with every entry of this country</div>
        </Fact>
        <Fact name="Key of the operator">
          <Hash value={record.publicKey} what="the key of the operator" />
        </Fact>
        <Fact name="Key of the registrar">
          {record.registrarKey === null ? (
            'not known'
          ) : (
            <Hash value={record.registrarKey} what="the key of the registrar" />
          )}
          <div className="small soft">compare it with one you have from elsewhere</div>
        </Fact>
      </dl>
    </div>
  );
}

function Fact({ name, children }: Readonly<{ name: string; children: ReactNode }>): ReactElement {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
