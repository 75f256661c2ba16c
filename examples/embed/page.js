// What the page tells Holdfast beyond its tags: which <video> is which, and who wants to like.

const video = document.querySelector('paper-player video');
holdfast.trackView(video, { video: 'paper-rain', source: 'embed' });

const note = document.querySelector('#note');
document.addEventListener('holdfast-sign-in', () => {
  note.textContent = 'Sign in to like: a like counts once for each person.';
});

const signIn = document.querySelector('#sign-in');
const signOut = document.querySelector('#sign-out');
const show = () => {
  signIn.hidden = holdfast.person !== null;
  signOut.hidden = holdfast.person === null;
};
const enter = async (path, person) => {
  const answer = await fetch(path, { method: 'POST' });
  if (!answer.ok) note.textContent = 'That did not work. Try again.';
  else holdfast.setPerson(person);
  show();
};
signIn.addEventListener('click', () => void enter('/sign-in', 'ada'));
signOut.addEventListener('click', () => void enter('/sign-out', null));
show();
