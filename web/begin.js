// @ts-check
/** Begins the worker before all else of the page, as the SDK takes long to start: no module, for those wait for more. */
const syncWorker = new Worker('/static/worker.js');
/** Says so if a part of the page does not come. */
const broken = () => document.documentElement.classList.add('broken');
syncWorker.onerror = broken;
addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && broken(), true);
