// @ts-check
/** The leases of this page: taken, renewed and given up. */

import { uuid4 } from './machine.js';

/**
 * At most one lease per task; a lease is politeness, so a failing server does not stop anyone. All of a page have one id,
 * and its operations name it, held or not: so none is refused for a lease of this page, taken or left while it was under way.
 */
export class Leases {
  /** @param {State} state @param {Api} api @param {number} renewMs */
  constructor(state, api, renewMs) {
    this.api = api;
    this.renewMs = renewMs;
    this.id = state.ownLease = uuid4();
    /** @type {Map<string, Held>} */
    this.held = new Map();
    /** @type {Map<string, Promise<void>>} tasks that are just given up: taken again only after that */
    this.leaving = new Map();
  }

  /**
   * Takes a task for an activity.
   * @param {'dragging' | 'editing'} activity
   * @param {(reason: string) => void} refused called if someone else has it, then or at a renewal
   */
  take(task, activity, refused) {
    if (this.share(task, refused) || Number.isNaN(Number(task))) return;
    const ask = () => (held.asked = Promise.all([held.asked, this.#ask(task, activity, held)]));
    const held = { users: 1, refused: [refused], timer: setInterval(ask, this.renewMs), asked: null };
    this.held.set(task, held);
    ask();
  }

  /**
   * Holds it for one more user, if it is held.
   * @param {(reason: string) => void} [refused] as for take @returns {Held | undefined}
   */
  share(task, refused = () => {}) {
    const held = this.held.get(task);
    if (held) held.users += 1;
    held?.refused.push(refused);
    return held;
  }

  /** Gives up a task, after its taking and renewals were answered; held: that lease only. */
  drop(task, held = this.held.get(task)) {
    if (!held || held !== this.held.get(task) || --held.users > 0) return;
    this.#forget(task);
    this.leaving.set(task, held.asked.then(() => this.api.dropLease(task, this.id)).catch(() => {}));
  }

  /** The tab closes. */
  dropAll() {
    this.held.forEach((_, task) => this.api.dropLease(task, this.id).catch(() => {}));
  }

  async #ask(task, activity, held) {
    await this.leaving.get(task);
    const { status, message } = await this.api.takeLease(task, activity, this.id).catch((error) => error);
    if (status !== 423 || held !== this.held.get(task)) return;
    this.#forget(task);
    held.refused.forEach((refused) => refused(message));
  }

  #forget(task) {
    clearInterval(this.held.get(task)?.timer);
    this.held.delete(task);
  }
}
