// @ts-check
/** The page's end of the line to Sync: hears the worker, and answers what it asks. */

/** Times in milliseconds. A test may set others in `window.__kanban` before this module runs. */
const defaults = {
  retryPolicy: { min: 500, max: 2000, randomness: 0.4 }, connectLimitMs: 3000, reachMs: 2000, grantLimitMs: 5000,
  watchMs: 200, quietMs: 6500, probeLimitMs: 3000, lateMs: 3000, tickMs: 250, renewLeaseMs: 10000, holdMs: 200, renewAgainMs: 5000,
};

const [page] = /** @type {any[]} */ (performance.getEntriesByType('navigation')); // a browser may give none
/** `answerMs`: how long the server takes to answer, which tells how much patience its line needs. */
export const settings = { ...defaults, answerMs: page ? page.responseStart - page.requestStart : 0, ...window.__kanban };

/**
 * Connects, and stays connected, by the worker that begin.js began.
 * @param {Pick<Api, 'token' | 'reach'>} api @param {LineListener} listener
 * @returns {{check: (word: number) => void}} looks at once whether Sync is still there; `alive` gives the word back
 */
export function startLine(api, listener) {
  let firstToken = settled(api.token()); // asked for while the SDK starts
  syncWorker.onmessage = async ({ data: { name, args }, ports: [port] }) => {
    syncWorker.onerror = null;
    if (!port) return listener[name](...args);
    const first = name === 'token' ? firstToken : null;
    if (first) firstToken = null;
    port.postMessage(await (first ?? settled(api[name](...args))));
  };
  const tell = (...words) => syncWorker.postMessage(words);
  tell('start', settings, document.hidden);
  document.addEventListener('visibilitychange', () => tell('look', document.hidden));
  for (const type of ['online', 'offline']) addEventListener(type, () => tell('hear', type));
  return { check: (word) => tell('check', word) };
}

/** What a promise came to, as a message can hold it. */
function settled(promise) {
  const refusal = ({ message, status, isLasting }) => ({ error: { message, status, isLasting } });
  return promise.then((answer) => ({ answer }), refusal);
}
