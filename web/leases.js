// @ts-check
/** The leases of this page: taken, renewed and given up. */

import { uuid4 } from './machine.js';

/** At most one lease per task; a lease is politeness, so a failing server does not stop anyone. */
export class Leases {
  /** @param {State} state @param {Api} api @param {number} renewMs */
  constructor(state, api, renewMs) {
    this.state = state;
    this.api = api;
    this.renewMs = renewMs;
    /** @type {Map<string, Held>} */
    this.held = new Map();
    /** @type {Map<string, Promise<void>>} tasks that are just given up: taken again only after that */
    this.leaving = new Map();
  }

  /**
   * Takes a task for an activity. The page chooses the lease's id, as an answer may be lost.
   * @param {'dragging' | 'editing'} activity
   * @param {(reason: string) => void} refused called if someone else has it, then or at a renewal
   */
  take(task, activity, refused) {
    if (this.share(task, refused) || Number.isNaN(Number(task))) return;
    const id = uuid4();
    const ask = () => this.#ask(task, activity, id);
    const renew = () => (held.renewed = Promise.all([held.renewed, ask()]));
    const held = { id, users: 1, refused: [refused], timer: setInterval(renew, this.renewMs), taken: ask(), renewed: null };
    this.held.set(task, held);
    this.state.ownLeases.add(id);
  }

  /** The id of the lease on a task once its taking was answered, or null; then an earlier one is given up for good. */
  async idOf(task) {
    await (this.held.get(task)?.taken ?? this.leaving.get(task));
    return this.held.get(task)?.id ?? null;
  }

  /**
   * Holds it for one more user, if it is held.
   * @param {(reason: string) => void} [refused] as for take @returns {string | undefined} the lease's id
   */
  share(task, refused = () => {}) {
    const held = this.held.get(task);
    if (held) held.users += 1;
    held?.refused.push(refused);
    return held?.id;
  }

  /** Gives up a task, after its taking or renewal was answered; id: of that lease only. */
  drop(task, id = this.held.get(task)?.id) {
    const held = this.held.get(task);
    if (held?.id !== id || !held || --held.users > 0) return;
    this.#forget(task);
    const answered = Promise.all([held.taken, held.renewed]);
    this.leaving.set(task, answered.then(() => this.api.dropLease(task, held.id)).catch(() => {}));
  }

  /** The tab closes. */
  dropAll() {
    this.held.forEach(({ id }, task) => this.api.dropLease(task, id).catch(() => {}));
  }

  async #ask(task, activity, id) {
    await this.leaving.get(task);
    const { status, message } = await this.api.takeLease(task, activity, id).catch((error) => error);
    const held = this.held.get(task);
    if (status !== 423 || held?.id !== id) return;
    this.#forget(task);
    held.refused.forEach((refused) => refused(message));
  }

  #forget(task) {
    clearInterval(this.held.get(task)?.timer);
    this.held.delete(task);
  }
}
