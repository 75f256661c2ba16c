// Searching: what is typed is in the address, so that a search can be gone back to and passed on.

import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { ask, troubleOf, valueOf } from '../app/ask.ts';
import { Avatar } from '../app/avatar.tsx';
import { useWords } from '../app/i18n.ts';
import { Bones, Empty, Page, TroubleNote } from '../app/page.tsx';
import { fieldsOf, listPageOf, textOf, wholeOf } from '../app/parse.ts';
import type { Parse } from '../app/parse.ts';
import { SEARCH_TYPES } from '../app/search-types.ts';
import type { SearchType } from '../app/search-types.ts';
import { parseVideo } from '../app/video.ts';
import type { Video } from '../app/video.ts';
import { More } from '../profile/more.tsx';
import { parsePerson } from '../profile/person.ts';
import type { Person } from '../profile/person.ts';
import { itemsOf } from '../profile/use-pages.ts';
import type { Pages } from '../profile/use-pages.ts';
import { GridBones, VideoGrid } from '../profile/video-grid.tsx';
import '../ui/forms.css';
import { Icon } from '../ui/icon.tsx';
import { keepRecent, readRecent, withRecent } from './recent.ts';
import './search.css';
import { searchArea } from './words.ts';
import type { SearchWords } from './words.ts';

const PAUSE_MS = 250;
const QUERY_CHARS_MAX = 100;
/** A search that stood this long was meant, and is remembered. */
const MEANT_MS = 1_500;

export function SearchPage(): ReactElement {
  const t = useWords(searchArea);
  const { q = '', type = 'videos' } = useSearch({ from: '/app/queries/search' });
  const [recent, setRecent] = useState(readRecent);
  useEffect(() => {
    if (q.trim() === '') return;
    const timer = setTimeout(() => setRecent((now) => withRecent(now, q)), MEANT_MS);
    return () => clearTimeout(timer);
  }, [q]);
  useEffect(() => keepRecent(recent), [recent]);
  return (
    <Page title={q === '' ? t('title') : `${q} · ${t('title')}`} heading={t('title')}>
      <Field t={t} q={q} type={type} />
      {q.trim() === '' ? (
        <Start t={t} recent={recent} onChange={setRecent} />
      ) : (
        <>
          <Kinds t={t} q={q} type={type} />
          <Results key={type} t={t} q={q.trim()} type={type} />
        </>
      )}
    </Page>
  );
}

type Asked = Readonly<{ t: SearchWords; q: string; type: SearchType }>;

function Field({ t, q, type }: Asked): ReactElement {
  const navigate = useNavigate();
  const input = useRef<HTMLInputElement>(null);
  const [typed, setTyped] = useState(q);
  const [shown, setShown] = useState(q);
  // The address may change without the field: a recent search, or a step back.
  if (shown !== q) {
    setShown(q);
    if (typed.trim() !== q.trim()) setTyped(q);
  }
  const go = (text: string): void => {
    const search = { ...(text === '' ? {} : { q: text }), ...(type === 'videos' ? {} : { type }) };
    void navigate({ to: '/search', search, replace: q !== '' });
  };
  useEffect(() => {
    if (typed.trim() === q.trim() || typed.length > QUERY_CHARS_MAX) return;
    const timer = setTimeout(() => go(typed), PAUSE_MS);
    return () => clearTimeout(timer);
    // `go` is of this drawing; what matters is what is typed and what is shown.
    // oxlint-disable-next-line react/exhaustive-deps
  }, [typed, q]);
  const isTooLong = typed.length > QUERY_CHARS_MAX;
  return (
    <search>
      <form
        className="search-field"
        onSubmit={(event) => {
          event.preventDefault();
          if (!isTooLong) go(typed);
        }}
      >
        <Icon name="search" />
        <input
          ref={input}
          type="search"
          dir="auto"
          // The page is for nothing else.
          // oxlint-disable-next-line jsx-a11y/no-autofocus
          autoFocus={q === ''}
          value={typed}
          enterKeyHint="search"
          autoComplete="off"
          placeholder={t('placeholder')}
          aria-label={t('label')}
          aria-invalid={isTooLong}
          onChange={(event) => setTyped(event.target.value)}
        />
        {typed !== '' && (
          <button
            className="button"
            data-kind="icon"
            type="button"
            aria-label={t('clear')}
            onClick={() => {
              setTyped('');
              input.current?.focus();
            }}
          >
            <Icon name="close" />
          </button>
        )}
      </form>
      {isTooLong && (
        <p className="field-fault" role="alert">
          {t('tooLong')}
        </p>
      )}
    </search>
  );
}

function Kinds({ t, q, type }: Asked): ReactElement {
  return (
    <nav className="tabs" aria-label={t('kinds')}>
      {SEARCH_TYPES.map((one) => (
        <Link
          key={one}
          to="/search"
          search={{ q, ...(one === 'videos' ? {} : { type: one }) }}
          replace
          activeOptions={{ exact: true }}
          aria-current={one === type ? 'page' : undefined}
        >
          {t(one)}
        </Link>
      ))}
    </nav>
  );
}

type Tag = Readonly<{ tag: string; videos: number | undefined }>;

function parseTag(value: unknown): Tag | undefined {
  const tag = textOf(value) ?? textOf(fieldsOf(value)['tag']);
  if (tag === undefined) return undefined;
  return { tag, videos: wholeOf(fieldsOf(value)['videos']) };
}

/** What was found before stays until the next is there, so that nothing flickers while one types. */
function useFound<T>(q: string, type: SearchType, parse: Parse<T>): Pages<T> {
  return useInfiniteQuery({
    queryKey: ['search', type, q],
    initialPageParam: '',
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam, signal }) => {
      const asked = new URLSearchParams({ q, type });
      if (pageParam !== '') asked.set('cursor', pageParam);
      return valueOf(ask(`/v1/search?${asked.toString()}`, listPageOf(parse), { signal }));
    },
    getNextPageParam: (last) => last.next,
  });
}

function Results({ t, q, type }: Asked): ReactElement {
  switch (type) {
    case 'videos':
      return <FoundVideos t={t} q={q} />;
    case 'people':
      return <FoundPeople t={t} q={q} />;
    case 'tags':
      return <FoundTags t={t} q={q} />;
  }
}

type FoundProps<T> = Readonly<{
  t: SearchWords;
  q: string;
  type: SearchType;
  found: Pages<T>;
  bones: ReactElement;
  draw: (items: readonly T[]) => ReactNode;
}>;

function Found<T>({ t, q, type, found, bones, draw }: FoundProps<T>): ReactElement {
  const items = itemsOf(found);
  if (found.isError && items === undefined) {
    return <TroubleNote trouble={troubleOf(found.error)} onRetry={() => void found.refetch()} />;
  }
  if (items === undefined) return bones;
  const isOld = found.isPlaceholderData;
  const number = t(`found.${type}`, { n: items.length });
  return (
    <div className="found" aria-busy={isOld}>
      <p role="status" className="small soft">
        {!isOld &&
          items.length > 0 &&
          (found.hasNextPage ? `${t('found.more')} ${number}` : number)}
      </p>
      {items.length === 0 && !isOld && (
        <Empty title={t('none.title', { q })}>
          <p>{t(`none.${type}`)}</p>
        </Empty>
      )}
      {items.length > 0 && draw(items)}
      <More pages={found} />
    </div>
  );
}

function FoundVideos({ t, q }: Readonly<{ t: SearchWords; q: string }>): ReactElement {
  const found = useFound(q, 'videos', parseVideo);
  return (
    <Found
      {...{ t, q, type: 'videos', found }}
      bones={<GridBones />}
      draw={(items: readonly Video[]) => <VideoGrid videos={items} withCreator />}
    />
  );
}

function FoundPeople({ t, q }: Readonly<{ t: SearchWords; q: string }>): ReactElement {
  const found = useFound(q, 'people', parsePerson);
  return (
    <Found
      {...{ t, q, type: 'people', found }}
      bones={<Bones lines={4} />}
      draw={(items: readonly Person[]) => (
        <ul className="people">
          {items.map((person) => (
            <li key={person.account}>
              <Link to="/@{$handle}" params={{ handle: person.handle }}>
                <Avatar name={person.displayName} src={person.avatar} />
                <span className="people-words">
                  <bdi>{person.displayName}</bdi>
                  <bdi className="small soft">@{person.handle}</bdi>
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    />
  );
}

function FoundTags({ t, q }: Readonly<{ t: SearchWords; q: string }>): ReactElement {
  const found = useFound(q, 'tags', parseTag);
  return (
    <Found
      {...{ t, q, type: 'tags', found }}
      bones={<Bones lines={4} />}
      draw={(items: readonly Tag[]) => (
        <ul className="chips">
          {items.map(({ tag, videos }) => (
            <li key={tag}>
              <Link to="/search" search={{ q: tag }}>
                <bdi>#{tag}</bdi>
                {videos !== undefined && (
                  <span className="small soft">{t('tag.videos', { n: videos })}</span>
                )}
              </Link>
            </li>
          ))}
        </ul>
      )}
    />
  );
}

type StartProps = Readonly<{
  t: SearchWords;
  recent: readonly string[];
  onChange: (recent: readonly string[]) => void;
}>;

const SUGGESTED_TAGS_MAX = 12;

/** Before anything is typed: what was searched for before, and tags of the newest videos. */
function Start({ t, recent, onChange }: StartProps): ReactElement {
  const newest = useQuery({
    queryKey: ['search-start'],
    queryFn: () => valueOf(ask('/v1/feed?limit=20', listPageOf(parseVideo))),
  });
  const tags = [...new Set(newest.data?.items.flatMap((video) => video.tags))];
  return (
    <>
      {recent.length > 0 && (
        <section className="stack" aria-labelledby="recent-title">
          <div className="page-line">
            <h2 id="recent-title">{t('recent')}</h2>
            <button className="button" data-kind="quiet" type="button" onClick={() => onChange([])}>
              {t('recent.clear')}
            </button>
          </div>
          <ul className="chips">
            {recent.map((one) => (
              <li key={one} className="chip-pair">
                <Link to="/search" search={{ q: one }}>
                  <bdi>{one}</bdi>
                </Link>
                <button
                  type="button"
                  aria-label={t('recent.remove', { q: one })}
                  onClick={() => onChange(recent.filter((kept) => kept !== one))}
                >
                  <Icon name="close" />
                </button>
              </li>
            ))}
          </ul>
          <p className="small soft">{t('recent.note')}</p>
        </section>
      )}
      {newest.isPending && <Bones />}
      {tags.length > 0 && (
        <section className="stack" aria-labelledby="start-title">
          <h2 id="start-title">{t('suggestions')}</h2>
          <ul className="chips">
            {tags.slice(0, SUGGESTED_TAGS_MAX).map((tag) => (
              <li key={tag}>
                <Link to="/search" search={{ q: tag }}>
                  <bdi>#{tag}</bdi>
                </Link>
              </li>
            ))}
          </ul>
        </section>
      )}
      {newest.data !== undefined && newest.data.items.length > 0 && (
        <VideoGrid videos={newest.data.items.slice(0, 8)} withCreator />
      )}
    </>
  );
}
