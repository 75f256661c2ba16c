// Keeps the status page fresh: fetches itself again and puts the new parts in place of the old ones.
// Without this script the page is whole, as of the time that it names.

const EVERY_MS = 5_000;
/** A page that old says nothing of now. */
const AGED_MS = 30_000;

const aged = document.querySelector('.aged');
let madeMs = Number(document.documentElement.dataset.made);
/** What this browser's clock is ahead of the server's, so that a wrong clock here warns of nothing. */
let aheadMs;

function showAge() {
  const isAged = Date.now() - (aheadMs ?? 0) - madeMs > AGED_MS;
  if (aged) aged.hidden = !isAged;
  document.documentElement.classList.toggle('is-aged', isAged);
}

async function renew() {
  try {
    const response = await fetch(location.pathname, { cache: 'no-store' });
    if (!response.ok) throw new Error(String(response.status));
    const date = Date.parse(response.headers.get('date') ?? '');
    if (!Number.isNaN(date)) aheadMs = Date.now() - date;
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    madeMs = Number(next.documentElement.dataset.made);
    document.documentElement.dataset.state = next.documentElement.dataset.state;
    document.title = next.title;
    const here = document.querySelector('main');
    const there = next.querySelector('main');
    // A person who is writing in the form is not to lose what they wrote.
    if (here && there && !here.contains(document.activeElement)) here.replaceWith(there);
  } catch {
    // The page stays, and says how old it is.
  }
  showAge();
}

setInterval(renew, EVERY_MS);
setInterval(showAge, 1_000);
