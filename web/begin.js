// @ts-check
/** Begins the worker before all else of the page, as the SDK takes long to start: no module, for those wait for more. */
const syncWorker = new Worker('/static/worker.js');
/** Whether it could not run. */
let isBroken = false;
syncWorker.onerror = () => (isBroken = true);
