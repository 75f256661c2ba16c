// The hand-overs of a country, each with its certificate and the checks of it.

import { useMutation } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { Notice } from '../ui/notice.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { askText } from './ask.ts';
import type { Handover, TrustRecord } from './record.ts';
import { Trouble } from './trouble.tsx';
import { VerdictView } from './verdict-view.tsx';

export function HandoverSection({ record }: Readonly<{ record: TrustRecord }>): ReactElement {
  const { handovers, registrarKey } = record;
  const intro =
    'Each hand-over between operators leaves one file. It has what both sides counted at the same point of the journal, signed by both and witnessed by the registrar.';
  return (
    <Section title="Hand-overs and their certificates" intro={intro}>
      {handovers.length === 0 ? (
        <Notice>
          <p>This country has never been handed over, so there is no certificate to check.</p>
        </Notice>
      ) : (
        <ul className="stack">
          {handovers.toReversed().map((handover) => (
            <HandoverCard
              key={`${handover.id ?? ''} ${handover.decidedAt}`}
              handover={handover}
              registrarKey={registrarKey}
            />
          ))}
        </ul>
      )}
    </Section>
  );
}

type HandoverCardProps = Readonly<{ handover: Handover; registrarKey: string | null }>;

function HandoverCard({ handover, registrarKey }: HandoverCardProps): ReactElement {
  const { from, to, decidedAt, certificate, id } = handover;
  return (
    <li className="card stack">
      <div className="timeline-head">
        <h3>
          {from} <span aria-hidden="true">→</span>
          <span className="unseen">to</span> {to}
        </h3>
        <time className="small soft digits" dateTime={decidedAt}>
          {write.time(decidedAt)}
        </time>
      </div>
      {certificate === null ? (
        <p className="soft">{withoutCertificate(handover)}</p>
      ) : (
        <Certificate address={certificate} name={id ?? 'certificate'} registrarKey={registrarKey} />
      )}
    </li>
  );
}

function withoutCertificate({ act }: Handover): string {
  if (act === 'promote') {
    return 'The owner before was lost, so there was nobody to sign with: no certificate is made of a failover. The charter entry has the point at which the new owner went on.';
  }
  if (act === 'force') return 'Moved by a person’s order; no certificate is made of that.';
  return 'Its certificate is not here yet. Both sides and the registrar have to sign; it is fetched as soon as it is there.';
}

/** The key that the file is held against is this server's word too. */
const SERVERS_KEY = [
  'that the registrar is the one you trust: its key came from this server; compare it with one you have from elsewhere',
];

type CertificateProps = Readonly<{ address: string; name: string; registrarKey: string | null }>;

function Certificate({ address, name, registrarKey }: CertificateProps): ReactElement {
  const check = useMutation({
    mutationFn: async () => {
      const [text, { verifyHere }] = await Promise.all([askText(address), import('./verify.ts')]);
      return verifyHere(text, registrarKey ?? undefined);
    },
  });
  return (
    <>
      <div className="row">
        <button
          className="button"
          data-kind="main"
          type="button"
          disabled={check.isPending}
          onClick={() => check.mutate()}
        >
          {check.isPending ? 'Checking…' : 'Check it in my browser'}
        </button>
        <a className="button" href={address} download={`${name}.json`}>
          Save the file
        </a>
      </div>
      {check.error !== null && (
        <Trouble what="The certificate" error={check.error} retry={() => check.mutate()} />
      )}
      {check.data !== undefined && <VerdictView verdict={check.data} alsoUnproven={SERVERS_KEY} />}
    </>
  );
}
