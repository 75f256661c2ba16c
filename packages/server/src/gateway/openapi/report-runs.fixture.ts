// Runs every operation on reports and cases, so that each documented answer is seen.

import { personIn } from '../fakes/fake-person.ts';
import type { FakePerson } from '../fakes/fake-person.ts';
import type { World } from '../fakes/fake-world.ts';
import type { Run } from './comment-runs.fixture.ts';

const own = ({ cookie }: FakePerson) => ({ cookie, 'sec-fetch-site': 'same-origin' });
const AWAY = { kind: 'unavailable', code: 'cell-unavailable', retryAfterMs: 10 } as const;

export async function runReports(world: World, run: Run): Promise<void> {
  const kim = await personIn(world, 'kim', 'eu');
  const max = await personIn(world, 'max', 'us');
  const una = await personIn(world, 'una', 'eu');
  const ida = await personIn(world, 'ida', 'eu');
  for (const { account } of [una, ida]) world.cells.eu.moderators.add(account);
  await kim.publish('v_reported');
  await kim.publish('v_waiting');
  const about = (id: string) => ({ target: { kind: 'video', id }, reason: 'spam', note: 'look' });
  await run(world, 'getReportReasons');
  await run(world, 'report', { headers: own(max), body: about('v_reported') });
  await run(world, 'report', { headers: own(max), body: about('v_reported') });
  await run(world, 'report', { headers: own(max), body: { ...about('x'), reason: 'odd' } });
  await run(world, 'report', { headers: own(max), body: about('unknown') });
  world.cells.eu.fail(AWAY);
  await run(world, 'report', { headers: own(max), body: about('v_waiting') });
  await run(world, 'getMyReports', { headers: own(max) });
  world.cells.eu.fail(undefined);
  await run(world, 'getMyReports', { headers: own(max) });
  await run(world, 'getCases', { headers: own(max) });
  const queue = await run(world, 'getCases', { headers: own(una) });
  const of = queue.json<{ items: { id: string; target: { id: string } }[] }>().items;
  const path = { id: of.find(({ target }) => target.id === 'v_reported')?.id ?? '' };
  await run(world, 'addNote', { path, headers: own(una), body: { text: 'seen' } });
  const body = { action: 'hide', ground: 'rules', rule: 'spam', facts: 'f', durationDays: 3 };
  await run(world, 'decideCase', { path, headers: own(una), body: { ...body, rule: 'odd' } });
  await run(world, 'decideCase', { path, headers: own(una), body });
  await run(world, 'decideCase', { path, headers: own(una), body });
  const notices = await run(world, 'getMyNotices', { headers: own(kim) });
  const notice = { id: notices.json<{ items: { id: string }[] }>().items[0]?.id ?? '' };
  await run(world, 'getVideo', { path: { id: 'v_reported' } });
  await run(world, 'appeal', { path: notice, headers: own(kim), body: { text: 'no' } });
  await run(world, 'appeal', { path: notice, headers: own(kim), body: { text: 'no' } });
  const end = { outcome: 'reversed', facts: 'looked again' };
  await run(world, 'decideAppeal', { path, headers: own(una), body: end });
  await run(world, 'decideAppeal', { path, headers: own(ida), body: end });
  await run(world, 'getCase', { path, headers: own(ida) });
  await run(world, 'getCase', { path: { id: 'cas_none' }, headers: own(ida) });
  await run(world, 'getMyNotices', { headers: own(kim) });
  await run(world, 'getCaseAudit', { headers: own(una) });
  await run(world, 'getCaseAudit', { headers: own(max) });
}
