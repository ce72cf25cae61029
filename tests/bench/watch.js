// Notes, in ms since the navigation, when the SDK was connected, when cards were on screen, and when Sync was read.
window.bench = {};
addEventListener('DOMContentLoaded', () => {
  const line = document.getElementById('line');
  if (!line) return;
  new MutationObserver(() => {
    if (line.dataset.state === 'loading') bench.connected ??= performance.now();
    if (line.dataset.state === 'live') bench.read ??= performance.now();
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
