// What people of a cell write and report that is nobody else's business, for the test of the border.

import type { CallName, CallReply, CellCalls } from '../cell/cell-client.ts';
import { openRolesFile } from '../moderation/roles-file.ts';
import { commentTarget } from '../people/comment.ts';
import type { CommentBody } from '../people/comment.ts';

/** One of each; none may be in a public record. */
export const CASE_MARKERS = {
  holdWord: 'markerholdwordb5',
  heldText: 'marker held text d7',
  reportNote: 'marker report note f2',
  moderatorNote: 'marker moderator note h8',
  facts: 'marker facts l3',
} as const;

type Call = <Name extends CallName>(
  name: Name,
  ask: CellCalls[Name]['ask'],
  asker?: string,
) => Promise<CallReply<Name>>;

const PASSWORD = 'a password of the cases 9';

/** Fills a cell with cases, held comments and their like; returns the account of the reporter. */
export async function loadCases(call: Call, dir: string): Promise<{ reporter: string }> {
  const enter = async (handle: string) => {
    const made = await call('signUp', { handle, password: PASSWORD, remote: '' }, handle);
    if (made.kind !== 'signed-in') throw new Error(made.kind);
    return made;
  };
  const [creator, writer, reporter, moderator] = [
    await enter('case_creator'),
    await enter('case_writer'),
    await enter('case_reporter'),
    await enter('case_moderator'),
  ];
  const { holdWord, heldText, reportNote, moderatorNote, facts } = CASE_MARKERS;
  const comment = (id: string, change: Partial<CommentBody>) => {
    const said = { video: 'v_case', parent: null, text: 'said aloud', creator: creator.account };
    const body: CommentBody = { ...said, state: 'published', ...change };
    return { kind: 'comment', target: commentTarget(body), body, id } as const;
  };
  const write = (by: typeof creator, ...puts: CellCalls['write']['ask']['puts']) =>
    call('write', { token: by.token, puts, removes: [] }, by.handle);

  await write(creator, { kind: 'hold-list', target: '0', body: { words: [holdWord] } });
  await call('judgeComment', { creator: creator.account, text: `a ${holdWord}` });
  await write(writer, comment('cmt_public', {}));
  await write(writer, comment('cmt_reported', {}));
  await write(writer, comment('cmt_held', { state: 'held', text: heldText }));
  await write(writer, { kind: 'comment-like', target: 'cmt_public', body: {} });
  const held = { creator: creator.account, before: undefined, itemsMax: 9 };
  await call('heldFor', held, creator.handle);
  await call('settleComment', { creator: writer.account, comment: 'cmt_held', how: 'release' });
  const targets = ['cmt_public'];
  await call('ownAmong', { token: writer.token, of: 'comment-like', targets }, writer.handle);

  const about = { kind: 'comment', id: 'cmt_reported' } as const;
  const report = { about, reason: 'hate', note: reportNote, cell: 'us', case: null } as const;
  await write(reporter, {
    kind: 'report',
    target: 'comment/cmt_reported',
    body: report,
    id: 'rpt_1',
  });
  const opened = await call('openCase', {
    report: 'rpt_1',
    about,
    account: null,
    reason: 'hate',
    note: reportNote,
  });
  const id = opened.kind === 'opened' ? opened.case : '';
  openRolesFile(dir, 'a test').grant(moderator.account, 'moderator', 1);
  const { token } = moderator;
  await call('rolesOf', { token }, moderator.handle);
  await call('moderate', { token, case: id, act: { kind: 'note', text: moderatorNote } });
  const action = { action: 'hide', ground: 'rules', rule: 'hate', facts, hiddenMs: null } as const;
  await call('moderate', { token, case: id, act: { kind: 'decide', ...action } });
  await call('cases', { token, find: { by: 'id', id } });
  await call('caseAudit', { token, before: undefined, itemsMax: 9 });
  await call('caseStates', { cases: [id] });
  const find = { by: 'kind', of: 'notice', before: undefined, itemsMax: 9 } as const;
  const notices = await call('writings', { token: writer.token, find }, writer.handle);
  const notice = notices.kind === 'writings' ? (notices.items[0]?.id ?? '') : '';
  const appeal = { token: writer.token, notice, text: 'an appeal' };
  await call('appealNotice', appeal, writer.handle);
  await call('published', { after: 0 });
  return { reporter: reporter.account };
}
