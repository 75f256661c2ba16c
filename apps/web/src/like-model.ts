// Whether this person likes a video: what the server last said, and what they have pressed since.
//
// A press is shown at once and marked pending until its op is acknowledged. The number of likes is
// never changed here: it comes from a count read only, so one press cannot show twice.

/** A press that is not acknowledged yet; `id` is the outbox's name for it. */
export type Press = Readonly<{ id: string; liked: boolean }>;

export type LikeModel = Readonly<{
  /** `null` until the server has said; a visitor likes nothing. */
  confirmed: boolean | null;
  presses: readonly Press[];
}>;

export const NO_LIKE: LikeModel = { confirmed: null, presses: [] };

export type ShownLike = Readonly<{ liked: boolean; pending: boolean }>;

export function shownLike(model: LikeModel): ShownLike {
  const last = model.presses.at(-1);
  return last === undefined
    ? { liked: model.confirmed ?? false, pending: false }
    : { liked: last.liked, pending: true };
}

/** Takes in a press, once however often it is reported. */
export function pressed(model: LikeModel, press: Press): LikeModel {
  if (model.presses.some(({ id }) => id === press.id)) return model;
  return { ...model, presses: [...model.presses, press] };
}

/** Ends a press. `recorded` says whether the server now holds what it asked for. */
export function settled(model: LikeModel, id: string, recorded: boolean): LikeModel {
  const press = model.presses.find((candidate) => candidate.id === id);
  if (press === undefined) return model;
  return {
    confirmed: recorded ? press.liked : model.confirmed,
    presses: model.presses.filter((candidate) => candidate.id !== id),
  };
}
