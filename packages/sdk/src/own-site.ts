// Grants for pages on Holdfast's own origin, where the cookie says who is signed in.

/**
 * Opens a session by cookie and gives its grant, for `createHoldfast({ getGrant: cookieGrant })`.
 * Rejects when somebody else than `account` is signed in here by now.
 */
export async function cookieGrant(account: string): Promise<string> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' };
  const session = (await ask('/v1/sessions', init)) as { grant?: string };
  // Another tab may have signed in as someone else meanwhile; then this session is not theirs.
  const me = (await ask('/v1/me')) as { account?: string };
  if (me.account !== account || session.grant === undefined) throw new Error('not signed in here');
  return session.grant;
}

async function ask(path: string, init?: RequestInit): Promise<unknown> {
  const response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', ...init });
  return response.json();
}
