// @ts-check
/** Sends operations, and tells the state how each went. */

import { OutcomeUnknown, Refusal } from './api.js';
import { uuid4, uuid5 } from './uuid.js';

/** The way of an operation to the server. */
export class Outbox {
  /** @param {State} state @param {Api} api @param {Leases} leases @param {() => void} changed */
  constructor(state, api, leases, changed) {
    this.state = state;
    this.api = api;
    this.leases = leases;
    this.changed = changed;
    this.identity = '';
  }

  /** Sends what may be sent, once it is known who we are. */
  pump() {
    if (this.identity) this.state.sendable(Date.now()).forEach((operation) => this.#send(operation));
  }

  async #send(operation) {
    const other = this.state.conflict(operation);
    if (other) return this.state.refused(operation, 'Someone changed it meanwhile.', other);
    this.state.sending(operation, uuid5(`${this.identity}\n${operation.id}`));
    try {
      const lease = await this.leases.idOf(operation.task);
      const task = await this.api.send(operation, this.state.condition(operation), lease);
      this.state.answered(operation, task, Date.now());
    } catch (error) {
      this.#failed(operation, error);
    }
    if (operation.isLeased && operation.phase !== 'waiting') {
      operation.isLeased = false;
      this.leases.drop(operation.task);
    }
    this.changed();
    this.pump();
  }

  #failed(operation, error) {
    if (error instanceof OutcomeUnknown) return this.state.unknown(operation, Date.now());
    if (!(error instanceof Refusal)) throw error;
    const { status, problem, message } = error;
    if (status === 404 && operation.kind === 'remove') return this.state.answered(operation, null, Date.now());
    if (status === 409 && this.state.withoutNeighbour(operation, String(problem.neighbour), uuid4())) return;
    const current = status === 412 && problem.task ? this.api.readTask(problem.task) : null;
    if (current && this.state.rebase(operation, current, uuid4())) return;
    this.state.refused(operation, message, current);
  }
}
