// @ts-check
/** Begins the worker before all else of the page, as the SDK takes long to start: no module, for those wait for more. */
const syncWorker = new Worker(new URL('worker.js', document.currentScript.src));
/** Without it, the page says that it is not complete. */
const isWhole = (is) => document.documentElement.classList.toggle('whole', is);
isWhole(true);
syncWorker.onerror = () => isWhole(false);
addEventListener('error', ({ target }) => target instanceof HTMLScriptElement && isWhole(false), true);
