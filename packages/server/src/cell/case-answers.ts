// The calls about comments that wait for a creator, and about cases: each answered when what it
// changed may be.

import type { CallContext } from './call-context.ts';
import type { CallName, CallReply, CellCalls, CellUnavailable } from './cell-client.ts';
import { heldFor, judgeComment, settleComment } from '../comments/creator-calls.ts';
import {
  appealNotice,
  caseAudit,
  cases,
  caseStates,
  moderate,
  openCase,
  rolesOf,
} from '../moderation/case-calls.ts';
import type { CaseContext } from '../moderation/case-calls.ts';

type Name =
  | 'judgeComment'
  | 'heldFor'
  | 'settleComment'
  | 'rolesOf'
  | 'openCase'
  | 'caseStates'
  | 'cases'
  | 'moderate'
  | 'appealNotice'
  | 'caseAudit';

/** An answer when it may be given: when what was changed is wherever the charter wants it. */
type WhenKept = <Answer>(context: CallContext, answer: Answer) => Promise<Answer | CellUnavailable>;

type Answers = Readonly<{
  [One in Extract<CallName, Name>]: (
    context: CallContext,
    ask: CellCalls[One]['ask'],
  ) => Promise<CallReply<One>>;
}>;

export function caseAnswers(whenKept: WhenKept): Answers {
  const caseContext = ({ accounts, roles, clocks }: CallContext): CaseContext => ({
    accounts,
    roles,
    nowMs: clocks.nowMs,
  });
  return {
    judgeComment: async ({ accounts }, ask) => judgeComment(accounts, ask),
    heldFor: async ({ accounts }, ask) => heldFor(accounts, ask),
    settleComment: (context, ask) => whenKept(context, settleComment(context.accounts, ask)),
    rolesOf: async (context, ask) => rolesOf(caseContext(context), ask),
    openCase: (context, ask) => whenKept(context, openCase(caseContext(context), ask)),
    caseStates: async (context, ask) => caseStates(caseContext(context), ask),
    cases: async (context, ask) => cases(caseContext(context), ask),
    moderate: (context, ask) => whenKept(context, moderate(caseContext(context), ask)),
    appealNotice: (context, ask) => whenKept(context, appealNotice(caseContext(context), ask)),
    caseAudit: async (context, ask) => caseAudit(caseContext(context), ask),
  };
}
