// The account of a canary, which journeys enter as a person would.

import { bodyOf, JourneyEnd } from './journey.ts';
import type { Way, World } from './journey.ts';

/** Signs in and gives the `Cookie` header; the first journey makes the account. */
export async function enter({ ask }: World, { gateway, cell, canary }: Way): Promise<string> {
  const { handle, password } = canary;
  const json = { handle, password, jurisdiction: cell };
  const path = canary.hasAccount ? '/v1/sign-in' : '/v1/accounts';
  let answer = await ask({ method: 'POST', url: `${gateway}${path}`, json });
  if (answer.kind === 'answer' && answer.status === 409) {
    // The account is there: this place was stopped before it could note that.
    answer = await ask({ method: 'POST', url: `${gateway}/v1/sign-in`, json });
  }
  if (answer.kind === 'answer' && answer.status === 401 && canary.hasAccount) {
    canary.hasAccount = false;
  }
  bodyOf('signing in', answer, 200, 201);
  canary.hasAccount = true;
  const cookies = answer.kind === 'answer' ? answer.cookies : [];
  const pairs = cookies.map((cookie) => cookie.split(';', 1)[0] ?? '');
  if (pairs.length === 0) throw new JourneyEnd('failed', 'signing in gave no cookie');
  return pairs.join('; ');
}
