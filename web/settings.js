// @ts-check

/** Times in milliseconds. A test may set others in `window.__kanban` before this module runs. */
const defaults = {
  retryPolicy: { min: 500, max: 2000, randomness: 0.4 }, connectLimitMs: 3000, reachMs: 2000, grantLimitMs: 5000,
  watchMs: 200, quietMs: 6500, probeLimitMs: 3000, lateMs: 3000, tickMs: 250, renewLeaseMs: 10000,
};

export const settings = { ...defaults, ...window.__kanban };
