// The charter of a country as a timeline, checked entry by entry in this browser.

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ReactElement } from 'react';
import type { CharterEntry } from '@holdfast/engine/charter/charter-entry.ts';
import { Chip } from '../ui/chip.tsx';
import { Notice } from '../ui/notice.tsx';
import { Section } from '../ui/section.tsx';
import { write } from '../ui/text.ts';
import { ACT_NAMES } from './act-names.ts';
import { askCharter } from './ask-charter.ts';
import type { CharterText } from './ask-charter.ts';
import { faultOfRecord } from './check-charter.ts';
import { Hash } from './hash.tsx';
import type { TrustRecord } from './record.ts';
import { Trouble, Waiting } from './trouble.tsx';
import type { Checking } from './use-charter-verdict.ts';
import { OWNERSHIP_ACTS, sentenceOf } from './words.ts';

/** Entries that are shown before somebody asks for all. */
const ENTRIES_SHOWN = 8;

type CharterSectionProps = Readonly<{ record: TrustRecord; verdict: Checking }>;

export function CharterSection({ record, verdict }: CharterSectionProps): ReactElement {
  const charter = useQuery(askCharter);
  const intro =
    'The charter is one record for all countries. It can only grow; each entry names the hash of the one before it and is signed by those it concerns and by the registrar.';
  return (
    <Section title="How it came to this" intro={intro}>
      {charter.data === undefined && charter.error === null && <Waiting what="The charter" />}
      {charter.data === undefined && charter.error !== null && (
        <Trouble what="The charter" error={charter.error} retry={() => void charter.refetch()} />
      )}
      {charter.data !== undefined && (
        <>
          <VerdictLine verdict={verdict} charter={charter.data} record={record} />
          <Timeline charter={charter.data} jurisdiction={record.jurisdiction} verdict={verdict} />
        </>
      )}
    </Section>
  );
}

type VerdictLineProps = Readonly<{
  verdict: Checking;
  charter: CharterText;
  record: TrustRecord;
}>;

/** Says that a charter does not hold, or that the record contradicts it; else nothing. */
export function CharterFault(props: VerdictLineProps): ReactElement | null {
  const fault = faultOf(props);
  if (fault === undefined) return null;
  return (
    <div className="alarm">
      <Notice tone="bad">
        <p>
          <strong>The charter does not hold. Do not rely on this page.</strong> {fault}
        </p>
      </Notice>
    </div>
  );
}

function faultOf({ verdict, charter, record }: VerdictLineProps): string | undefined {
  if (verdict.kind === 'checking') return undefined;
  if (verdict.kind === 'broken') return `Entry ${verdict.n}: ${verdict.fault}.`;
  const fault = faultOfRecord(record, charter.entries);
  if (fault === undefined) return undefined;
  return `What the server says of this country is not what its charter says: ${fault}.`;
}

function VerdictLine(props: VerdictLineProps): ReactElement {
  const { verdict, charter } = props;
  if (verdict.kind === 'checking') {
    return (
      <p role="status">
        <Chip tone="idle">checking in your browser</Chip>
      </p>
    );
  }
  if (verdict.kind === 'broken' || faultOf(props) !== undefined) {
    return (
      <p>
        <Chip tone="bad">does not hold</Chip>
      </p>
    );
  }
  return (
    <p className="row" role="status">
      <Chip tone="good">
        {charter.isCut ? 'the first' : 'all'} {write.count(verdict.entries)} entries hold
      </Chip>
      <span className="small soft">
        numbers, hashes and every signature, checked in your browser just now
      </span>
    </p>
  );
}

type TimelineProps = Readonly<{
  charter: CharterText;
  jurisdiction: string;
  verdict: Checking;
}>;

function Timeline({ charter, jurisdiction, verdict }: TimelineProps): ReactElement {
  const [isWhole, setWhole] = useState(false);
  const own = charter.entries.filter(({ cell }) => cell === jurisdiction);
  const newestFirst = own.map((entry, index) => ({ entry, before: own[index - 1] })).toReversed();
  const shown = isWhole ? newestFirst : newestFirst.slice(0, ENTRIES_SHOWN);
  return (
    <div className="card">
      <ol className="timeline" reversed>
        {shown.map(({ entry, before }) => (
          <TimelineEntry
            key={entry.n}
            entry={entry}
            before={before}
            isSound={isSound(entry, verdict)}
          />
        ))}
      </ol>
      {shown.length < newestFirst.length && (
        <button className="button" type="button" onClick={() => setWhole(true)}>
          Show all {write.count(newestFirst.length)} entries
        </button>
      )}
    </div>
  );
}

function isSound({ n }: CharterEntry, verdict: Checking): boolean | undefined {
  if (verdict.kind === 'checking') return undefined;
  return verdict.kind === 'holds' || n < verdict.n;
}

type TimelineEntryProps = Readonly<{
  entry: CharterEntry;
  before: CharterEntry | undefined;
  isSound: boolean | undefined;
}>;

function TimelineEntry({ entry, before, isSound: sound }: TimelineEntryProps): ReactElement {
  const { n, act, sinceMs, hash, reason } = entry;
  return (
    <li data-major={OWNERSHIP_ACTS.has(act)} data-sound={sound ?? 'open'}>
      <div className="timeline-head">
        <h3>{ACT_NAMES[act]}</h3>
        <time className="small soft digits" dateTime={new Date(sinceMs).toISOString()}>
          {write.time(sinceMs)}
        </time>
      </div>
      <p>{sentenceOf(entry, before)}</p>
      <p className="small soft">“{reason}”</p>
      <p className="small soft">
        <a href={`/v1/charter?after=${n - 1}`}>entry {n}</a> ·{' '}
        <Hash value={hash} what={`the hash of entry ${n}`} />
        {sound === false && ' · does not hold'}
      </p>
    </li>
  );
}
