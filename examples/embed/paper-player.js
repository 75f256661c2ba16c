// A player that is not Holdfast's: its own element and controls around a <video>.

customElements.define(
  'paper-player',
  class extends HTMLElement {
    connectedCallback() {
      const video = document.createElement('video');
      video.src = this.getAttribute('src');
      video.muted = true;
      video.loop = true;
      video.playsInline = true;
      video.setAttribute('aria-label', this.getAttribute('label'));
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = 'Play';
      button.addEventListener('click', () => {
        if (video.paused) void video.play();
        else video.pause();
      });
      video.addEventListener('play', () => (button.textContent = 'Pause'));
      video.addEventListener('pause', () => (button.textContent = 'Play'));
      this.replaceChildren(video, button);
    }
  },
);
