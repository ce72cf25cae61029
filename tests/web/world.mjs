/** A page without a page: state, history, leases and outbox, and a server that answers as a test says. */

import { History } from '../../web/history.js';
import { Leases } from '../../web/leases.js';
import { uuid4 } from '../../web/machine.js';
import { State } from '../../web/state.js';
import { readTask } from '../../web/tasks.js';

globalThis.sessionStorage ??= /** @type {any} */ ({ token: 'token' });
const { Outbox } = await import('../../web/api.js');

export const COLUMNS = ['todo', 'doing', 'done'];

export function item(index, data = {}, revision = `r${index}`) {
  return readTask({ index, data: { name: `t${index}`, list: 'todo', position: `a${index}`, ...data }, revision }, COLUMNS);
}

export const later = () => new Promise((done) => setTimeout(done));

/** server: overrides of the calls of the API. `calls` are those made; `act` and what an outcome does are as in main.js. */
export function world(server = {}) {
  const [log, calls] = [[], []];
  const api = {
    takeLease: async (task, activity, lease) => (calls.push(['take', task, lease]), { lease }),
    dropLease: async (task, lease) => void calls.push(['drop', task, lease]),
    send: async ({ kind, task }, revision, lease) => (calls.push([kind, task, lease]), item(Number(task), {}, 'new')),
    readTask: (task) => task,
    ...server,
  };
  const state = new State(COLUMNS, (outcome) => {
    log.push(outcome);
    history.heard(outcome);
    const { operation } = outcome;
    if (operation?.lease) leases.drop(operation.task, operation.lease);
    if (operation) operation.lease = undefined;
  });
  state.setLine(true, 0);
  const leases = new Leases(state, api, 1e6);
  const outbox = new Outbox(state, api, () => {});
  outbox.identity = 'ann';
  const act = (wanted) => {
    const from = history.moment(wanted.task);
    const operation = state.add({ id: uuid4(), ...wanted });
    history.record(operation, from);
    outbox.pump();
    return operation;
  };
  const history = new History(state, act, (reason) => log.push({ kind: 'refused', reason }));
  return { state, log, calls, leases, outbox, history, act };
}
