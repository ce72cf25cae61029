// @ts-check
/** Runs the line to Sync beside the page, where the SDK, slow to start and to decode, keeps no card waiting. */

Object.assign(self, { window: self }); // where the SDK listens for the browser's going online and offline
const listener = remote((name, args) => postMessage({ name, args }));
const api = remote((name, args) => new Promise((resolve, reject) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data: { answer, error } }) => (error ? reject(error) : resolve(answer));
  postMessage({ name, args }, { transfer: [port2] });
}));
const line = import('./sync.js').then(async ({ SyncLine }) => {
  // The SDK needs it, and plain http on a LAN address has none (SYNC_PROTOCOL.md 9).
  crypto.randomUUID ??= /** @type {any} */ ((await import('./machine.js')).uuid4);
  return new SyncLine(api, listener);
});

line.catch(reportError);
onmessage = async ({ data: [verb, ...args] }) => (await line)[verb](...args);

/** What the page does for the worker. @returns {any} */
function remote(call) {
  return new Proxy({}, { get: (_, name) => (...args) => call(name, args) });
}
