// Whom a person follows, as their home cell has it.
//
// Rules: docs/spec/discovery.md (DI13 to DI16).

import { WRITINGS_PAGE_MAX } from '../people/writings.ts';
import { writingsOf } from './person.ts';
import type { Refusal } from './refusal.ts';
import type { Account } from './signed-in.ts';

/** Follows that the feed looks at: the newest. */
export const FEED_FOLLOWS_MAX = 1_000;

export type Followed = Readonly<{ kind: 'followed'; accounts: ReadonlySet<string> }>;

/** The accounts that somebody follows, the newest follows first. */
export async function followedBy(person: Account): Promise<Followed | Refusal> {
  const accounts = new Set<string>();
  let before: string | undefined;
  do {
    const find = { by: 'kind', of: 'follow', before, itemsMax: WRITINGS_PAGE_MAX } as const;
    const page = await writingsOf(person, find);
    if (page.kind === 'refusal') return page;
    for (const { target } of page.items) accounts.add(target);
    before = page.next;
  } while (before !== undefined && accounts.size < FEED_FOLLOWS_MAX);
  return { kind: 'followed', accounts };
}
