// What the counts must be, kept outside the server by whoever sends the ops.
//
// An op is entered when it is made, and is then sent until it is acknowledged; so when everything
// is acknowledged the server must have exactly what is here: no op lost, none doubled. It is exact
// because one person's ops are sent in their order, and no viewer comes near a cap.

export type Kind = 'like' | 'unlike' | 'view' | 'glance';
export type Entered = Readonly<{ video: string; outcome: string }>;

/** Counted views of one video by one viewer that the rule allows a day, with room to spare. */
const VIEWS_PER_VIEWER = 9;

/** One person, or one session of nobody. */
export type Viewer = Readonly<{
  liked: Set<string>;
  views: Map<string, number>;
  isNobody: boolean;
}>;

export type Totals = Readonly<{ likes: number; views: number }>;

export type Oracle = Readonly<{
  viewer: (isNobody: boolean) => Viewer;
  /** Enters an op and says how it must end; a view too many for the viewer becomes a glance. */
  enter: (cell: string, viewer: Viewer, kind: Kind, video: string) => Entered & { kind: Kind };
  /** The viewer was erased: the likes leave. */
  erased: (cell: string, viewer: Viewer) => void;
  /** What a video must show in a cell. */
  totals: (cell: string, video: string) => Totals;
  /** Ops by class, for the cell's books. */
  classes: (cell: string) => Readonly<Record<string, number>>;
}>;

export function openOracle(): Oracle {
  const likes = new Map<string, number>();
  const views = new Map<string, number>();
  const classes = new Map<string, Record<string, number>>();
  const add = (to: Map<string, number>, key: string, by: number): void => {
    to.set(key, (to.get(key) ?? 0) + by);
  };
  return {
    viewer: (isNobody) => ({ liked: new Set(), views: new Map(), isNobody }),
    enter: (cell, viewer, asked, video) => {
      const seen = viewer.views.get(video) ?? 0;
      const kind = asked === 'view' && seen >= VIEWS_PER_VIEWER ? 'glance' : asked;
      const outcome = outcomeOf(viewer, kind, video);
      const key = `${cell} ${video}`;
      if (outcome === 'counted' && kind === 'view') {
        viewer.views.set(video, seen + 1);
        add(views, key, 1);
      } else if (outcome === 'counted') {
        add(likes, key, kind === 'like' ? 1 : -1);
        if (kind === 'like') viewer.liked.add(video);
        else viewer.liked.delete(video);
      }
      const ofCell = classes.get(cell) ?? {};
      ofCell[outcome] = (ofCell[outcome] ?? 0) + 1;
      classes.set(cell, ofCell);
      return { kind, video, outcome };
    },
    erased: (cell, viewer) => {
      for (const video of viewer.liked) add(likes, `${cell} ${video}`, -1);
      viewer.liked.clear();
    },
    totals: (cell, video) => {
      const key = `${cell} ${video}`;
      return { likes: likes.get(key) ?? 0, views: views.get(key) ?? 0 };
    },
    classes: (cell) => classes.get(cell) ?? {},
  };
}

function outcomeOf(viewer: Viewer, kind: Kind, video: string): string {
  if (kind === 'view') return 'counted';
  if (kind === 'glance') return 'unqualified';
  if (viewer.isNobody) return 'invalid';
  return viewer.liked.has(video) === (kind === 'like') ? 'unchanged' : 'counted';
}
