// Notes, in ms since the navigation, when the SDK was connected and when cards were on screen.
window.bench = {};
addEventListener('DOMContentLoaded', () => {
  const line = document.getElementById('line');
  if (!line) return;
  new MutationObserver(() => {
    if (line.dataset.state === 'loading') bench.connected ??= performance.now();
  }).observe(line, { attributeFilter: ['data-state'] });
  const cards = document.getElementsByClassName('card');
  const afterPainting = (name) => requestAnimationFrame(() => setTimeout(() => (bench[name] ??= performance.now())));
  const look = () => {
    if (!bench.count && cards.length) afterPainting('first');
    bench.count = cards.length;
    if (bench.count >= $size) return afterPainting('all');
    requestAnimationFrame(look);
  };
  look();
});
