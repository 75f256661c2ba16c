import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import type { Trouble } from '../app/ask.ts';
import { parseVideo } from '../app/video.ts';
import { parsePerson, pathOfPerson } from '../profile/person.ts';
import type { Thing } from './wire.ts';
import type { ModerationWords } from './words.ts';

type ThingProps = Readonly<{ t: ModerationWords; thing: Thing }>;

/** What a report or a notice is about, by its name where it is still there. */
export function ThingLink({ t, thing }: ThingProps): ReactElement {
  const kind = <span className="eyebrow">{t(`thing.${thing.kind}`)}</span>;
  switch (thing.kind) {
    case 'video':
      return (
        <span className="thing">
          {kind} <VideoName t={t} id={thing.id} />
        </span>
      );
    case 'person':
      return (
        <span className="thing">
          {kind} <PersonName id={thing.id} />
        </span>
      );
    case 'comment':
      return (
        <span className="thing">
          {kind} <bdi>{thing.id}</bdi>
        </span>
      );
  }
}

function VideoName({ t, id }: Readonly<{ t: ModerationWords; id: string }>): ReactElement {
  const video = useQuery({
    queryKey: ['video', id],
    queryFn: () => valueOf(ask(`/v1/videos/${encodeURIComponent(id)}`, parseVideo)),
    retry: false,
  });
  if (video.isPending) return <span className="soft">…</span>;
  if (video.error !== null && isGone(troubleOf(video.error))) {
    return <span title={id}>{t('thing.notPublic')}</span>;
  }
  const title = video.data?.title ?? '';
  return (
    <Link to="/v/$video" params={{ video: id }}>
      <bdi>{title === '' ? id : title}</bdi>
    </Link>
  );
}

const NOT_PUBLIC = new Set(['unknown-video', 'video-removed', 'video-hidden']);

const isGone = (trouble: Trouble): boolean =>
  trouble.kind === 'problem' && NOT_PUBLIC.has(trouble.problem.code);

function PersonName({ id }: Readonly<{ id: string }>): ReactElement {
  const person = useQuery({
    queryKey: ['person', id],
    queryFn: () => valueOf(ask(pathOfPerson(id), parsePerson)),
    retry: false,
  });
  if (person.data === undefined) return <bdi>{id}</bdi>;
  return (
    <Link to="/@{$handle}" params={{ handle: person.data.handle }}>
      <bdi>@{person.data.handle}</bdi>
    </Link>
  );
}
